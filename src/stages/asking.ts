import { catchError, EMPTY, map, switchMap, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { tell } from '../events';
import { failingAs } from '../failing-as';
import { defined, fieldsOf } from '../fields';
import { within } from '../foreground';
import { resetLoop } from '../loop-guard';
import { ensure } from '../methods/read-answer';
import { ask } from '../prompts';
import type { Flight, Room } from '../room';
import { isSessionError } from '../session-error';
import type { TipsSubject } from '../texts';
import { worded } from '../tips';
import type { AuthMethod, TipsSource } from '../types';

/** Asks the user for one authorisation; emits what its method reads in the answer. */
export type AskFor = (name: string, method: AuthMethod) => Observable<unknown>;

const read = <A>(method: Pick<AuthMethod<A>, 'read'>, answer$: Observable<unknown>): Observable<A> =>
  answer$.pipe(
    map((detail) => method.read(detail)),
    failingAs('auth-failed', 'the answer cannot be read'),
  );

/** How the user is asked in one login: a refusal may lead to the permission panel, and to one more try, once. */
export function asking(room: Room, flight: Flight, tips: TipsSource | undefined): AskFor {
  const panels: string[] = [];

  const prompt = (subject: TipsSubject): Observable<unknown> =>
    within(room, 'prompt', 'the prompt', () => {
      tell(room, 'prompt', undefined, flight);
      return ask(room, worded(room, subject, tips));
    }).pipe(tap(() => resetLoop(room)));

  /** Tells whether the scope is granted there; a panel that is closed grants nothing. */
  const panel = (scope: string): Observable<boolean> => {
    const isGranted = (detail: unknown) => {
      ensure(true, detail);
      return fieldsOf(fieldsOf(detail).authSetting)[scope] === true;
    };
    return read({ read: isGranted }, prompt({ method: 'setting', openType: 'openSetting', scope })).pipe(
      catchError((error: unknown) => {
        if (isSessionError(error, 'auth-cancelled')) return [false];
        throw error;
      }),
    );
  };

  const askFor: AskFor = (name, method) => {
    const { openType, settingScope } = method;
    const known$ = within(room, 'exchange', 'withoutPrompt', () =>
      method.withoutPrompt ? method.withoutPrompt() : EMPTY,
    );
    return read(method, known$).pipe(
      catchError(() => read(method, prompt(defined({ method: name, openType })))),
      catchError((refused: unknown) => {
        if (!settingScope || panels.includes(settingScope) || !isSessionError(refused, 'auth-denied'))
          throw refused;
        panels.push(settingScope);
        return panel(settingScope).pipe(
          switchMap((granted) => {
            if (granted) return askFor(name, method);
            throw refused;
          }),
        );
      }),
    );
  };

  return askFor;
}
