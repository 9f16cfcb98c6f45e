import { catchError, defer, EMPTY, ignoreElements, map, merge, switchMap, of, take, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { now } from '../clock';
import { configInvalid } from '../config';
import type { Told } from '../events';
import type { Allowance } from '../exchange';
import { failingAs } from '../failing-as';
import type { Opening } from '../flight';
import { fieldsOf } from '../fields';
import type { Question } from '../prompts';
import type { Room } from '../room';
import { isSessionError, sessionError } from '../session-error';
import { transitions } from '../state';
import { chineseTips, mergeTips } from '../tips';
import type { AuthMethod, AuthorizeRequest, Credential, CredentialReply } from '../types';

/** What the user gave, and the code that it was encrypted under, where one was taken before. */
interface Answer {
  readonly authorization: unknown;
  readonly code?: string;
}

const MOST_STEPS = 5;

/** WeChat's codes live for five minutes; half a minute is left for the exchange. */
const CODE_AGE = 270000;

/** Asks the user, hands the answer to the backend, and goes on while the backend asks for more. */
export function interactiveStage<C extends Credential>(
  { settings, exchange, desk, foreground, events, loop, state }: Room<C>,
  flight: Allowance & Told,
  { authorize, tips, flight: asking }: Opening,
): Observable<CredentialReply<C>> {
  const { methods, timeouts } = settings;
  const sources = [chineseTips, settings.tips, settings.pageTips, tips];

  const read = (method: AuthMethod, answer$: Observable<unknown>): Observable<unknown> =>
    answer$.pipe(
      map((detail) => method.read(detail)),
      failingAs('auth-failed', 'the answer cannot be read'),
    );

  const prompt = (subject: Omit<Question, 'tips'>): Observable<unknown> =>
    defer(() => {
      events.tell('prompt', undefined, flight);
      const words = mergeTips(sources, subject, (error) => events.threw('tips', error));
      return desk.ask({ ...subject, tips: words });
    }).pipe(foreground.within(timeouts.prompt, 'the prompt'), tap(loop.reset));

  /** Leads to the permission panel after a refusal, and tries once more where the scope is granted there. */
  const afterPanel = (scope: string, refused: unknown, again: () => Observable<unknown>) =>
    prompt({ method: 'setting', openType: 'openSetting', scope }).pipe(
      catchError((error: unknown) => {
        throw isSessionError(error, 'auth-cancelled') ? refused : error;
      }),
      switchMap((detail) => {
        if (fieldsOf(fieldsOf(detail).authSetting)[scope] !== true) throw refused;
        return again();
      }),
    );

  const askFor = (name: string, method: AuthMethod, panelOpened?: boolean): Observable<unknown> => {
    const { openType, settingScope, withoutPrompt = () => EMPTY } = method;
    const known$ = defer(withoutPrompt).pipe(foreground.within(timeouts.exchange, 'withoutPrompt'));
    return read(method, known$).pipe(
      catchError(() => read(method, prompt({ method: name, ...(openType && { openType }) }))),
      catchError((error: unknown) => {
        if (panelOpened || !settingScope || !isSessionError(error, 'auth-denied')) throw error;
        return afterPanel(settingScope, error, () => askFor(name, method, true));
      }),
    );
  };

  /** Keeps the code young while the user thinks; an answer to an old one cannot be used, so it is asked again. */
  const askUnderCode = (name: string, method: AuthMethod): Observable<Answer> =>
    defer(() => {
      let code = '';
      let takenAt = 0;
      const takeCode = exchange.code(flight).pipe(
        tap((value) => {
          code = value;
          takenAt = now();
        }),
      );
      const renewals = timer(CODE_AGE, CODE_AGE).pipe(
        switchMap(() => takeCode.pipe(catchError(() => EMPTY))),
        ignoreElements(),
      );
      return takeCode.pipe(
        switchMap(() => merge(askFor(name, method), renewals).pipe(take(1))),
        switchMap((authorization) =>
          now() - takenAt > CODE_AGE ? askUnderCode(name, method) : of({ authorization, code }),
        ),
      );
    });

  const step = (
    { method: name, ticket }: AuthorizeRequest,
    byBackend: boolean,
    number: number,
  ): Observable<CredentialReply<C>> => {
    const method = methods[name];
    if (!fieldsOf(method).read || number > MOST_STEPS) {
      const reason = `"${name}" is not in methods, or one step too many`;
      throw byBackend ? sessionError('backend-invalid', reason) : configInvalid('method', reason);
    }
    const underCode = !ticket && method.code === 'before-prompt';
    const answer = underCode
      ? askUnderCode(name, method)
      : askFor(name, method).pipe(map((authorization): Answer => ({ authorization })));
    return answer.pipe(
      switchMap((given) => {
        const request = { method: name, ...given, ...(ticket && { ticket }) };
        const codeLast = !ticket && method.code === 'after-answer';
        const code$ = codeLast ? exchange.code(flight) : of(given.code);
        return exchange.interactive(
          flight,
          code$.pipe(map((code) => ({ ...request, ...(code && { code }) }))),
          !underCode,
          codeLast,
        );
      }),
      switchMap((reply) => {
        if ('credential' in reply) return of(reply);
        state.change(transitions.guestTold(reply));
        return step(reply.authorize, true, number + 1);
      }),
    );
  };

  return defer(() => step(authorize, !!asking, 1));
}
