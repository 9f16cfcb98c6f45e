import { map } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { current } from './alive';
import type { Room } from './room';
import { verifySessionKey } from './session-key';

/** Is there a session, and is WeChat's session_key still the one that its backend knows? */
export const verify = (room: Room): ObservableInput<boolean> =>
  current(room) ? verifySessionKey(room).pipe(map((good) => good && !!current(room))) : [false];
