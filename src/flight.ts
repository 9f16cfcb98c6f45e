import { catchError, defer, EMPTY, finalize, map, Observable, Subject, switchMap } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { now } from './clock';
import { createCrowd, once } from './crowd';
import { endGeneration, takeIn, usable } from './credential';
import { tell } from './events';
import { runHook } from './exchange';
import type { Generation } from './hooks';
import { blame, noteQuestion } from './loop-guard';
import { orError } from './or-error';
import type { Flight, Granted, Memory, Opening, Room, Slot } from './room';
import { send } from './send';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import { noteSessionKey } from './session-key';
import { interactiveStage } from './stages/interactive';
import { silentStage } from './stages/silent';
import { change, inTurn } from './state';
import * as transitions from './transitions';
import { clear, keep } from './store';
import type {
  Credential,
  CredentialReply,
  LoginMode,
  LoginReply,
  LoginStage,
  RequestOptions,
  SendRequest,
} from './types';

const INTERRUPTIONS = 2;

const begin = (mode: LoginMode, renews?: Credential): Flight => ({
  mode,
  renews,
  stage: 'silent',
  startedAt: now(),
  interruptions: INTERRUPTIONS,
});

function enter(room: Room, flight: Flight, stage: LoginStage): void {
  const begins = flight !== room.known.flight;
  flight.stage = stage;
  inTurn(room, () => {
    change(room, transitions.stageOpened(room.known, flight));
    if (begins) tell(room, 'login-start', undefined, flight);
  });
}

function land(room: Room, flight: Flight, { credential, guest }: CredentialReply, receivedAt: number): void {
  const { stage } = flight;
  inTurn(room, () => {
    room.arriving = true;
    const userChanged = takeIn(room, { credential, receivedAt, origin: stage }, guest);
    blame(room, false);
    if (flight.tookCode) noteSessionKey(room, true);
    if (userChanged) tell(room, 'user-changed');
    tell(room, 'login-success', undefined, flight);
    // Whoever was told of it may have ended it.
    if (room.known.credential === credential) keep(room);
  });
}

function fail(room: Room, flight: Flight, error: SessionError, byBackend: boolean): void {
  const { known } = room;
  if (flight !== known.flight) return;
  if (error.code === 'interaction-required' && flight.stage === 'silent') {
    return change(room, transitions.withdrawn(known));
  }
  inTurn(room, () => {
    const refused = byBackend && error.code === 'login-rejected' && known.credential && !usable(room);
    change(room, refused ? transitions.refused(error) : transitions.failed(room.known, error));
    if (refused) void clear(room);
    tell(room, 'login-failure', error, flight);
  });
}

/** Puts a stage into its slot; memory and slots are settled before anybody hears of its end. */
function open<R extends LoginReply>(
  room: Room,
  stage: LoginStage,
  flight: Flight,
  run: () => Observable<R>,
  method?: string,
): Slot<R & { readonly flight: Flight }> {
  const { flightEnd$ } = room;
  let receivedAt: number | undefined;
  const isCurrent = () => flight === room.known.flight;
  const isOpen = () => room.slots[stage] === slot;
  const free = () => {
    if (isOpen()) room.slots[stage] = undefined;
  };
  /** Forgets a flight that nobody goes on with. */
  const withdraw = () => {
    free();
    if (!isCurrent() || flight.stage !== stage) return;
    flight.followUp = undefined;
    change(room, transitions.withdrawn(room.known));
    if (stage === 'interactive') {
      tell(room, 'login-failure', sessionError('auth-cancelled', 'nobody waits any more'), flight);
    }
  };
  const reply$ = defer(() => {
    enter(room, flight, stage);
    // Whoever was told of it may have ended it.
    return isCurrent() ? run() : EMPTY;
  }).pipe(
    // Everything that has to be done before a reply counts.
    switchMap((reply): ObservableInput<R> => {
      receivedAt = now();
      if (!('credential' in reply)) return [reply];
      const { credential } = reply;
      // What comes back there carried no credential that could expire.
      const sendPlain: SendRequest = <T>(options: RequestOptions) =>
        send<T>(room, options, credential, () => undefined);
      return runHook(room, flight, 'afterLogin', () => room.afterLogin(credential, sendPlain)).pipe(
        map(() => reply),
      );
    }),
  );
  const outcome$ = orError(reply$, flightEnd$).pipe(
    map((reply) => {
      free();
      if ('credential' in reply) land(room, flight, reply, receivedAt as number);
      else {
        noteQuestion(room, reply.authorize.method);
        change(room, transitions.guestTold(room.known, reply.guest));
      }
      return { ...reply, flight };
    }),
    catchError((error: unknown) => {
      free();
      fail(room, flight, error as SessionError, receivedAt === undefined);
      throw error;
    }),
    // Runs when everybody has the outcome: whoever goes on to the interactive stage has opened it.
    finalize(() => {
      withdraw();
      room.arriving = false;
      usable(room);
      if (flightEnd$ === room.flightEnd$) room.over$.next(stage);
    }),
    once(
      // One that has ended is kept for who comes late. Any other is out of its slot before its end is heard of, and
      // ended before anybody is told: they may log in anew.
      stage === 'interactive' &&
        (() =>
          new Observable((subscriber) => {
            if (!isOpen()) return;
            inTurn(room, () => {
              withdraw();
              subscriber.next(slot);
            });
          })),
    ),
  );
  const slot = { flight, method, outcome$ };
  return slot;
}

export function openSilent(room: Room, mode: LoginMode, renews: Credential | undefined): Slot {
  const flight = begin(mode, renews);
  return (room.slots.silent = open(room, 'silent', flight, () => silentStage(room, flight)));
}

export function openInteractive(room: Room, opening: Opening): Slot<Granted> {
  const before = opening.flight;
  const flight = before && before === room.known.flight ? before : begin(opening.mode);
  const { method } = opening.authorize;
  const slot = open(room, 'interactive', flight, () => interactiveStage(room, flight, opening), method);
  if (before) before.followUp = slot;
  return (room.slots.interactive = slot);
}

/**
 * Ends the generation and puts aside what is in progress, so that what begins from now on is new; gives what tells all
 * who wait of its end.
 */
export function abort(room: Room, error: SessionError, memory: Memory): () => void {
  const { waitersEnd$, flightEnd$, withdrawPrompt } = room;
  const { flight } = room.known;
  endGeneration(room, error.code as Generation['ended']);
  change(room, memory);
  room.slots = {};
  room.waitersEnd$ = createCrowd();
  room.flightEnd$ = new Subject();
  return () => {
    // Whoever hears of the end may open the next prompt, or answer this one.
    if (withdrawPrompt) withdrawPrompt();
    if (flight) tell(room, 'login-failure', error, flight);
    // The waiters first: none of them may take the flight's end for something to go on from.
    waitersEnd$.next(error);
    flightEnd$.next(error);
  };
}
