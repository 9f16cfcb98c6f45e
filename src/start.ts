import { switchMap, takeUntil } from 'rxjs';
import { alarm, takeIn, usable } from './credential';
import type { Room } from './room';
import { forgetSessionKey } from './session-key';
import { inTurn } from './state';
import { clear, restore } from './store';

/** Does, once, everything that is not needed before the session is first used. */
export function start(room: Room): void {
  if (room.started) return;
  room.started = true;
  const { disposed$, generation } = room;
  room.told$
    .pipe(
      switchMap(() => alarm(room)),
      takeUntil(disposed$),
    )
    .subscribe();
  const shown$ = room.platform.shown$.pipe(takeUntil(disposed$));
  // eslint-disable-next-line rxjs-x/no-ignored-error -- a platform's own fault: rxjs reports it, nothing depends on it
  shown$.subscribe((shown) => {
    // Before it is told: a step that waited for this may end in it, and know better.
    forgetSessionKey(room);
    room.shown$.next(shown);
    usable(room);
  });
  restore(room)
    .pipe(takeUntil(disposed$))
    // eslint-disable-next-line rxjs-x/no-ignored-error -- reading turns failures into events
    .subscribe({
      next: (record) => {
        // A logout that came first could not know of the mark that it has to keep.
        if (generation.ended) void clear(room);
        else if (!record.forget) {
          inTurn(room, () => takeIn(room, { ...record, origin: 'restored' }, record.guest));
        }
      },
      complete: () => {
        room.restored = true;
        room.restored$.complete();
      },
    });
}
