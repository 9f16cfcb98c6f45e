import { defer, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { alive, current } from './alive';
import { usable } from './credential';
import { isText } from './fields';
import { afresh, logIn, MODES, reuses } from './modes';
import { need, needOneOf, reading } from './need';
import { orError } from './or-error';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { Credential, LoginOptions } from './types';
import { verify } from './verify';

/** A login as its caller asked for it. */
export const login = (room: Room, options: LoginOptions | undefined): Observable<Credential> =>
  defer(() => {
    const asked = reading('options', (): LoginOptions => ({ ...options }));
    const { mode = 'common', method = mode } = asked;
    needOneOf(MODES, mode, 'mode');
    need(isText(method), 'method', 'must be the name of a method');
    if (room.inCall) throw sessionError('reentrant-login', 'a login cannot wait for itself');
    // A logout by whoever is told as the session is first used ends this login too.
    const { waitersEnd$ } = room;
    // With a session there is nothing to wait for: each request pays for what stands here.
    const ready = !asked.verify && !room.slots.silent && reuses(mode) && current(room);
    if (ready) return [ready];
    const login$ = alive(room, () => {
      const before = usable(room);
      // Whoever was told earlier may have logged in anew by now.
      const go = (good: boolean) => logIn(room, good || usable(room) !== before ? mode : afresh(mode), asked);
      return asked.verify && reuses(mode) ? defer(() => verify(room)).pipe(switchMap(go)) : go(true);
    });
    return orError(login$, waitersEnd$);
  });
