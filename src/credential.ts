import { Subject, switchMap } from 'rxjs';
import { after, now } from './clock';
import type { Settings } from './config';
import type { Events } from './events';
import type { Generation } from './hooks';
import type { LoopGuard } from './loop-guard';
import { transitions } from './state';
import type { Held, State } from './state';
import type { RecordKeeper } from './store';
import type { Credential } from './types';

/** The current credential: usable or not, and whose generation it is. */
export interface CredentialBook<C extends Credential> {
  readonly generation: Generation;
  /** The usable credential. Notices an end that has passed, and tells everybody. */
  usable(): C | undefined;
  /** Takes in a credential; true where it belongs to another user than the one before. */
  take(held: Held<C>, guest: { readonly guest?: unknown }): boolean;
  /** The waiters of its flight have the credential taken last: from now on the clock counts for it too. */
  arrived(): void;
  /** Expires the current credential, if it is this one, by the backend's verdict or the clock's. */
  expire(credential: C, byBackend: boolean): boolean;
  /** Starts another generation, without a user. */
  nextGeneration(reason: 'logged-out' | 'disposed'): void;
}

export function createCredentialBook<C extends Credential>(
  { expiryLeeway }: Settings<C>,
  state: State<C>,
  loop: LoopGuard,
  keeper: RecordKeeper<C>,
  events: Events,
): CredentialBook<C> {
  let generation: Generation = {};
  const alarm$ = new Subject<number>();
  let arriving = false;

  /** Ms of use that are left; a short life keeps at least its half. */
  const left = ({ credential: { expiresAt }, receivedAt }: Held<C>): number =>
    expiresAt == null
      ? Infinity
      : expiresAt - Math.max(0, Math.min(expiryLeeway, (expiresAt - receivedAt) / 2)) - now();

  const current = (): Held<C> | undefined => (state.memory.over ? undefined : state.memory.held);

  const end = (reason: Generation['ended']) => {
    generation.ended = reason;
    generation = {};
  };

  const setAlarm = () => {
    const held = current();
    alarm$.next(held ? Math.max(1, left(held)) : Infinity);
  };

  const book: CredentialBook<C> = {
    get generation() {
      return generation;
    },
    usable: () => {
      const held = current();
      if (held && !arriving && left(held) <= 0) book.expire(held.credential, false);
      const usable = current();
      return usable && usable.credential;
    },
    take: (held, reply) => {
      const { userId } = held.credential;
      const changed = userId != null && generation.userId != null && userId !== generation.userId;
      if (changed) end('user-changed');
      if (userId != null) generation.userId = userId;
      arriving = held.origin !== 'restored';
      const guest = 'guest' in reply ? reply.guest : changed ? undefined : state.memory.guest;
      state.change(transitions.loggedIn(held, guest));
      setAlarm();
      if (!arriving) book.usable();
      return changed;
    },
    arrived: () => {
      arriving = false;
      book.usable();
    },
    expire: ({ token }, byBackend) => {
      const { held, over } = state.memory;
      if (!held || held.credential.token !== token) return false;
      state.together(() => {
        if (byBackend) {
          loop.refused();
          void keeper.clear();
        }
        if (over) return;
        state.change(transitions.expired());
        events.tell('expired');
      });
      setAlarm();
      return !over;
    },
    nextGeneration: (reason) => {
      end(reason);
      alarm$.next(Infinity);
    },
  };
  // A timer is only a hint: it is frozen in the background, and a long one cannot be set at all.
  // eslint-disable-next-line rxjs-x/no-ignored-error -- a timer does not fail
  alarm$.pipe(switchMap(after)).subscribe(() => void (book.usable() && setAlarm()));
  return book;
}
