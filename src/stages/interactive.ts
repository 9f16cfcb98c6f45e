import { catchError, defer, EMPTY, filter, map, switchMap, tap, timer } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { now } from '../clock';
import { tell } from '../events';
import { exchange, newCode } from '../exchange';
import { failingAs } from '../failing-as';
import { defined, fieldsOf, look } from '../fields';
import { within } from '../foreground';
import { resetLoop } from '../loop-guard';
import { configInvalid } from '../need';
import { orError } from '../or-error';
import { ask } from '../prompts';
import type { Flight, Opening, Room } from '../room';
import { isSessionError, sessionError } from '../session-error';
import { change, transitions } from '../state';
import type { TipsSubject } from '../texts';
import { worded } from '../tips';
import type { AuthMethod, AuthorizedLogin, AuthorizeRequest, CredentialReply } from '../types';

/** What the user gave, and the code that it was encrypted under, where one was taken before. */
type Answer = Pick<AuthorizedLogin, 'authorization' | 'code'>;

const MOST_STEPS = 5;

/** WeChat's codes live for five minutes; half a minute is left for the exchange. */
const CODE_AGE = 270000;

/** Asks the user, hands the answer to the backend, and goes on while the backend asks for more. */
export function interactiveStage(
  room: Room,
  flight: Flight,
  { authorize, tips, flight: asking }: Opening,
): Observable<CredentialReply> {
  const { source, backend, methods } = room;

  const read = (method: AuthMethod, answer$: Observable<unknown>): Observable<unknown> =>
    answer$.pipe(
      map((detail) => method.read(detail)),
      failingAs('auth-failed', 'the answer cannot be read'),
    );

  const prompt = (subject: TipsSubject): Observable<unknown> =>
    within(room, 'prompt', 'the prompt', () => {
      tell(room, 'prompt', undefined, flight);
      return ask(room, worded(room, subject, tips));
    }).pipe(tap(() => resetLoop(room)));

  /** What the permission panel has been opened for: once in a login. */
  const panels: string[] = [];

  const askFor = (name: string, method: AuthMethod): Observable<unknown> => {
    const { openType, settingScope, withoutPrompt = () => EMPTY } = method;
    const known$ = within(room, 'exchange', 'withoutPrompt', withoutPrompt);
    return read(method, known$).pipe(
      catchError(() => read(method, prompt(defined({ method: name, openType })))),
      catchError((refused: unknown) => {
        const leads =
          settingScope && !panels.includes(settingScope) && isSessionError(refused, 'auth-denied');
        if (!leads) throw refused;
        panels.push(settingScope);
        // Leads to the permission panel, and tries once more where the scope is granted there.
        return prompt({ method: 'setting', openType: 'openSetting', scope: settingScope }).pipe(
          catchError((error: unknown) => {
            throw isSessionError(error, 'auth-cancelled') ? refused : error;
          }),
          switchMap((detail) => {
            const settings = () => fieldsOf(fieldsOf(detail).authSetting);
            if (!look(() => settings()[settingScope] === true, false)) throw refused;
            return askFor(name, method);
          }),
        );
      }),
    );
  };

  /** Keeps the code young while the user thinks; an answer to an old one cannot be used, so it is asked again. */
  const askUnderCode = (name: string, method: AuthMethod): Observable<Answer> => {
    let code: string | undefined;
    let takenAt = 0;
    const code$ = newCode(room, flight).pipe(
      tap((value) => {
        code = value;
        takenAt = now();
      }),
    );
    const renewals$ = timer(CODE_AGE, CODE_AGE).pipe(
      switchMap(() => code$.pipe(catchError(() => EMPTY))),
      filter(() => false),
    );
    return code$.pipe(
      // Left before the answer goes on: what comes next may take a code of its own.
      switchMap(() => orError(askFor(name, method), renewals$)),
      switchMap((authorization): ObservableInput<Answer> =>
        now() - takenAt > CODE_AGE ? askUnderCode(name, method) : [{ authorization, code }],
      ),
    );
  };

  const step = ({ method: name, ticket }: AuthorizeRequest, number: number): Observable<CredentialReply> => {
    const method = methods[name];
    if (!fieldsOf(method).read || number > MOST_STEPS) {
      const reason = `"${name}" is not in methods, or one step too many`;
      // Whose question it was, the backend's or the caller's, says whose fault it is.
      throw asking || number > 1 ? sessionError('backend-invalid', reason) : configInvalid('method', reason);
    }
    const codeFirst = !ticket && method.code === 'before-prompt';
    const codeLast = !ticket && method.code === 'after-answer';
    const answer$: Observable<Answer> = codeFirst
      ? askUnderCode(name, method)
      : askFor(name, method).pipe(map((authorization) => ({ authorization })));
    return answer$.pipe(
      switchMap(({ authorization, code }) =>
        exchange(
          room,
          flight,
          'login',
          codeLast ? newCode(room, flight) : [code],
          (last) => backend.login(defined({ source, method: name, authorization, ticket, code: last })),
          !codeFirst,
          codeLast ? 1 : 0,
        ),
      ),
      switchMap((reply): ObservableInput<CredentialReply> => {
        if ('credential' in reply) return [reply];
        change(room, transitions.guestTold(room.known, reply.guest));
        return step(reply.authorize, number + 1);
      }),
    );
  };

  return defer(() => step(authorize, 1));
}
