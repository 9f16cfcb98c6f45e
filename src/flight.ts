import { catchError, defer, EMPTY, finalize, map, switchMap, of, shareReplay, Subject, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { now } from './clock';
import type { Told } from './events';
import type { Allowance } from './exchange';
import { orError } from './or-error';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import { interactiveStage } from './stages/interactive';
import { silentStage } from './stages/silent';
import { transitions } from './state';
import type {
  AuthorizeRequest,
  Credential,
  CredentialReply,
  LoginMode,
  LoginReply,
  LoginStage,
  TipsSource,
} from './types';

/** One login in progress. */
export interface Flight extends Allowance, Told {
  stage: LoginStage;
}

/** What a stage ends with, if it does not fail: an interactive one always with a credential. */
export type Outcome<C extends Credential> =
  CredentialReply<C> | { readonly authorize: AuthorizeRequest; readonly flight?: Flight };

/**
 * A stage in progress. A silent one finishes whoever leaves, because a code cannot be taken back; an
 * interactive one is withdrawn when its last waiter leaves.
 */
export interface Slot<C extends Credential> {
  readonly outcome$: Observable<Outcome<C>>;
  /** The expired credential that it renews; such a stage is not what a force caller asks for. */
  readonly renews?: C;
  /** What the user is asked for first. */
  readonly method?: string;
  /** Emits when the stage is over, however it ends. */
  readonly over$: Observable<unknown>;
}

/** What an interactive stage is opened with. */
export interface Opening {
  readonly mode: LoginMode;
  readonly authorize: AuthorizeRequest;
  readonly tips: TipsSource | undefined;
  /** The flight whose silent stage asked for it, which goes on with it. */
  readonly flight?: Flight;
}

/** The logins in progress: one silent stage or one interactive stage, each shared by all who wait for it. */
export interface Flights<C extends Credential> {
  readonly slots: Readonly<Partial<Record<LoginStage, Slot<C>>>>;
  openSilent(mode: LoginMode, renews: C | undefined): Slot<C>;
  openInteractive(opening: Opening): Slot<C>;
  /** Takes one value, unless the flights are aborted before it comes. */
  wait<T>(source: Observable<T>): Observable<T>;
  /** Ends what is in progress; all who wait get the error. */
  abort(error: SessionError): void;
}

const INTERRUPTIONS = 2;

const begin = (mode: LoginMode): Flight => ({
  mode,
  stage: 'silent',
  startedAt: now(),
  interruptions: INTERRUPTIONS,
  tookCode: false,
});

export function createFlights<C extends Credential>(room: Room<C>): Flights<C> {
  const { settings, events, state, book, keeper, loop, sessionKey, exchange, sender } = room;
  // Both are replaced when they have done their work, so that what begins in a handler of it is not hit.
  let waitersEnd$ = new Subject<SessionError>();
  let flightEnd$ = new Subject<SessionError>();
  let current: Flight | undefined;
  let slots: Partial<Record<LoginStage, Slot<C>>> = {};

  const enter = (flight: Flight, stage: LoginStage) => {
    const begins = flight !== current;
    current = flight;
    flight.stage = stage;
    state.together(() => {
      state.change(transitions.stageOpened(stage));
      if (begins) events.tell('login-start', undefined, flight);
    });
  };

  const withdraw = (flight: Flight) => {
    if (flight !== current) return;
    current = undefined;
    state.change(transitions.withdrawn());
  };

  const land = (flight: Flight, reply: CredentialReply<C>, receivedAt: number) => {
    current = undefined;
    state.together(() => {
      const { credential } = reply;
      const userChanged = book.take({ credential, receivedAt, origin: flight.stage }, reply);
      keeper.keep(flight.stage === 'interactive');
      loop.issued();
      if (flight.tookCode) sessionKey.renewed();
      if (userChanged) events.tell('user-changed');
      events.tell('login-success', undefined, flight);
    });
  };

  const fail = (flight: Flight, error: SessionError, byBackend: boolean) => {
    if (flight !== current) return;
    if (error.code === 'interaction-required') return withdraw(flight);
    current = undefined;
    state.together(() => {
      const refused = byBackend && !book.usable() && state.memory.held && error.code === 'login-rejected';
      if (refused) void keeper.clear();
      state.change(refused ? transitions.refused(error) : transitions.failed(error));
      events.tell('login-failure', error, flight);
    });
  };

  /** Everything that has to be done before a reply counts. */
  const prepare = (flight: Flight, reply: LoginReply<C>): Observable<unknown> => {
    if (!('credential' in reply)) return of(reply);
    const { credential } = reply;
    return exchange.hook(flight, 'afterLogin', () =>
      settings.afterLogin(credential, (options) => sender.send(options, credential)),
    );
  };

  /** Puts a stage into its slot; memory and slots are settled before anybody hears of its end. */
  const open = (
    stage: LoginStage,
    flight: Flight,
    run: () => Observable<LoginReply<C>>,
    about: Pick<Slot<C>, 'renews' | 'method'>,
  ): Slot<C> => {
    const over$ = new Subject<unknown>();
    const end$ = flightEnd$;
    let receivedAt = 0;
    const free = () => {
      if (slots[stage] === slot) slots[stage] = undefined;
    };
    const reply$ = defer(() => {
      enter(flight, stage);
      // Whoever was told of it may have ended it.
      return flight === current ? run() : EMPTY;
    }).pipe(
      switchMap((reply) => {
        receivedAt = now();
        return prepare(flight, reply).pipe(map(() => reply));
      }),
    );
    const outcome$ = defer(() => orError(reply$, end$)).pipe(
      tap({ next: free, error: free }),
      map((reply): Outcome<C> => {
        if ('credential' in reply) land(flight, reply, receivedAt);
        else state.change(transitions.guestTold(reply));
        return { ...reply, flight };
      }),
      catchError((error: unknown) => {
        fail(flight, error as SessionError, !receivedAt);
        throw error;
      }),
      // Runs when everybody has the outcome: whoever goes on to the interactive stage has opened it.
      finalize(() => {
        free();
        if (flight === current && stage === 'interactive') {
          events.tell(
            'login-failure',
            sessionError('auth-cancelled', 'nobody waits for it any more'),
            flight,
          );
        }
        if (flight.stage === stage) withdraw(flight);
        book.arrived();
        if (end$ === flightEnd$) over$.next(stage);
      }),
      shareReplay({ bufferSize: 1, refCount: stage === 'interactive' }),
    );
    const slot = { ...about, outcome$, over$ };
    return (slots[stage] = slot);
  };

  return {
    get slots() {
      return slots;
    },
    openSilent: (mode, renews) => {
      const flight = begin(mode);
      return open('silent', flight, () => silentStage(room, flight, renews), { renews });
    },
    openInteractive: (opening) => {
      const asked = opening.flight;
      const flight = asked && asked === current ? asked : begin(opening.mode);
      const { method } = opening.authorize;
      return open('interactive', flight, () => interactiveStage(room, flight, opening), { method });
    },
    wait: (source) => orError(source, waitersEnd$),
    abort: (error) => {
      const [flight, waiters$, flight$] = [current, waitersEnd$, flightEnd$];
      current = undefined;
      slots = {};
      waitersEnd$ = new Subject();
      flightEnd$ = new Subject();
      if (flight) events.tell('login-failure', error, flight);
      // The waiters first: none of them may take the flight's end for something to go on from.
      waiters$.next(error);
      flight$.next(error);
    },
  };
}
