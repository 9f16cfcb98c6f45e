import { injectSession } from 'rx-weapp-session';
import type { SessionState } from 'rx-weapp-session';
import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  type Observable,
  of,
  switchMap,
  tap,
} from 'rxjs';
import { quietProfile, type Profile } from './api';
import { showError } from './show-error';

/** The user, also while their session has expired. */
function userOf(state: SessionState): string | undefined {
  if (state.status === 'authenticated') return state.credential.userId;
  return state.status === 'anonymous' ? undefined : state.previous?.userId;
}

let known: Profile | null = null;

/**
 * The profile of whoever is logged in, and `null` for nobody: for each user anew, never that of the one before. A page
 * subscribes it while it is shown. It asks nothing of the user.
 */
export const who$: Observable<Profile | null> = defer(() => injectSession().session$).pipe(
  // While a login is in progress nobody knows yet.
  filter(({ status }) => status !== 'authenticating'),
  map(userOf),
  distinctUntilChanged(),
  switchMap((userId) => {
    if (!userId) return of(null);
    const before = known?.userId === userId ? known : null;
    const loaded$ = quietProfile().pipe(
      catchError((error: unknown) => {
        showError(error);
        return EMPTY;
      }),
    );
    return concat(known ? of(before) : EMPTY, loaded$);
  }),
  tap((profile) => (known = profile)),
);
