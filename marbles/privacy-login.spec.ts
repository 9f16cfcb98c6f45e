import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { AGREED, claiming, privacyOf } from './support/privacy';
import { phone, ticket } from './support/props';
import { idleUi, numbering } from './support/shown';

for (const pace of PACES)
  describe(`with ${PLATFORMS[pace]}`, () => {
    /** The prompt of the login opens, written by this letter; 61 ms are over then. */
    const opens = (letter: string) => (pace === 'timed' ? `. 59ms ${letter}` : `(.${letter}) 57ms`);

    test('P8: the privacy question goes before the open prompt of a login, which comes again afterwards: same id, claimable again', () => {
      const { wx, api$ } = privacyOf();
      sessionMarbles(
        ({ session, backend, at, expectCalls, expectObservable }) => {
          backend.silentLogin('50ms p', ticket);
          const ui = idleUi(session);
          at('250ms', () => {
            expect(ui[0].claim()).toBe(false);
            ui[0].release();
          });
          at('300ms', () => ui[1].answer(AGREED));
          at('400ms', () => ui[0].answer(phone));

          expectObservable(claiming(session)).toBe(`${opens('P')} 139ms V 99ms P 99ms .`);
          expectObservable(numbering()(session)).toBe(`${opens('1')} 139ms 2 99ms 1 99ms .`);
          expectObservable(api$, '200ms ^').toBe('300ms                        a');
          expectObservable(session.login()).inPace('450ms                             (A|)');
          expectCalls(backend.login).times(1);
        },
        { wx, pace },
      );
    });

    test('P8: a prompt that a login opens meanwhile waits behind the privacy question: never two at a time', () => {
      const { wx, api$ } = privacyOf();
      sessionMarbles(
        ({ session, backend, at, expectSession, expectObservable }) => {
          backend.silentLogin('50ms p', ticket);
          const ui = idleUi(session);
          at('200ms', () => ui[0].cancel());
          at('300ms', () => ui[1].answer(phone));

          expectObservable(claiming(session)).toBe('   (.V) 196ms   P 99ms  .');
          expectObservable(numbering()(session)).toBe('(.1) 196ms   2 99ms  .');
          expectObservable(api$).toBe('                200ms        d');
          expectSession(session).inPace('              (ns) 56ms  i 289ms A');
          expectObservable(session.login()).inPace('   350ms                (A|)');
        },
        { wx, pace },
      );
    });

    test('P8: an answer to the prompt below the privacy question counts: the button that led here may still tell', () => {
      const { wx, api$ } = privacyOf();
      sessionMarbles(
        ({ session, backend, at, expectObservable }) => {
          backend.silentLogin('50ms p', ticket);
          const ui = idleUi(session);
          at('250ms', () => {
            expect(ui[0].claim()).toBe(false);
            ui[0].answer(phone);
          });
          at('400ms', () => ui[1].answer(AGREED));

          expectObservable(numbering()(session)).toBe(`${opens('1')} 139ms 2 199ms .`);
          expectObservable(api$, '200ms ^').toBe('400ms                            a');
          expectObservable(session.login()).inPace('300ms                   (A|)');
        },
        { wx, pace },
      );
    });

    test('P8: logout leaves the privacy question open, and takes the login’s prompt away below it', () => {
      const { wx, api$ } = privacyOf();
      sessionMarbles(
        ({ session, backend, app, at, expectObservable }) => {
          backend.silentLogin('50ms p', ticket);
          const ui = idleUi(session);
          at('300ms', app.logout);
          at('400ms', () => ui[1].answer(AGREED));

          expectObservable(claiming(session)).toBe(`${opens('P')} 139ms V 199ms .`);
          expectObservable(api$, '200ms ^').toBe('400ms                         a');
          expectObservable(session.login()).toBe('300ms                  #', {}, 'logged-out');
        },
        { wx, pace },
      );
    });

    test('P8 C3: after dispose the privacy listener answers disagree, the open one included', () => {
      const { wx, listeners, api$ } = privacyOf();
      sessionMarbles(
        ({ session, backend, app, at, expectObservable }) => {
          backend.silentLogin('50ms p', ticket);
          const ui = idleUi(session);
          at('300ms', app.dispose);
          at('400ms', () => ui[1].answer(AGREED));

          expectObservable(claiming(session)).toBe(`${opens('P')} 139ms V 99ms (.|)`);
          expectObservable(api$, '200ms ^').toBe('300ms                        d');
          expectObservable(api$, '500ms ^').toBe('500ms                            d');
          expectObservable(claiming(session), '600ms ^').toBe('600ms                   |');
          expectObservable(session.login()).toBe('300ms                        #', {}, 'disposed');
        },
        { wx, pace },
      );
      expect(listeners).toHaveLength(1);
    });
  });
