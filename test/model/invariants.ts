import { isSessionError } from 'rx-weapp-session';
import type { Credential, SessionState } from 'rx-weapp-session';
import { isSecret } from './answers';
import { mayAsk, mostRequests, needsLogin, VIAS } from './callers';
import type { Model, Question } from './model';
import type { Entry, Kind } from './trace';

/**
 * Watches one run: is shown each entry of the trace in order, when the model has taken it in, and says what is
 * wrong with it, if anything is.
 */
export type Watch = (entry: Entry, model: Model) => string | undefined;

/** A promise of the contract that holds in every run; each run gets a watch of its own. */
export type Invariant = () => Watch;

const LIMITS: Readonly<Partial<Record<Kind, number>>> = {
  'wx.login': 10_000,
  silentLogin: 15_000,
  refresh: 15_000,
  login: 15_000,
};

/** At most one platform login is in progress: one code that is waited for, or one exchange. */
export const oneLoginAtATime: Invariant = () => {
  let open: { id: number; question: Question; interactive: boolean; jumped?: boolean }[] = [];
  return (entry, { questions }) => {
    // A login after a logout is a new flight, whatever still comes of the old one (L1).
    if (entry.what === 'logout' || entry.what === 'dispose') open = [];
    // An interactive stage is withdrawn, whatever it is about, when its last waiter leaves (C2).
    if (entry.what === 'event' && entry.event.stage === 'interactive')
      open.forEach((it) => (it.interactive = true));
    if (
      entry.what === 'state' &&
      entry.state.status === 'authenticating' &&
      entry.state.stage === 'interactive'
    ) {
      open.forEach((it) => (it.interactive = true));
    }
    // The answer ends a renewal of its code, of which WeChat cannot be told (P7).
    if (entry.what === 'replied') open.forEach((it) => (it.interactive ||= it.question.kind === 'wx.login'));
    if (entry.what === 'jump') open.forEach((it) => (it.interactive = it.jumped = true));
    // A clock that is set on shortens a limit that a hiding interrupts, and a promise cannot be given up.
    if (entry.what === 'event' && entry.event.error?.code === 'login-timeout')
      open = open.filter(({ jumped }) => !jumped);
    if (entry.what !== 'ask' || !(entry.kind in LIMITS)) return;

    open = open.filter(({ question: { answered, givenUp, kind, foreground }, interactive }) => {
      const overdue = entry.foreground - foreground >= (LIMITS[kind] ?? 0);
      return !(answered || overdue || (givenUp && interactive));
    });
    const other = open[0];
    const question = questions.get(entry.question);
    if (question) open.push({ id: entry.question, question, interactive: false });
    return other && `${entry.kind} is called while ${other.question.kind} #${other.id} is in progress`;
  };
};

/** At most one prompt is open, and one that was answered does not come back. */
export const onePromptAtATime: Invariant = () => {
  let open: number | null = null;
  const replied = new Set<number>();
  return (entry) => {
    if (entry.what === 'replied') {
      replied.add(entry.prompt);
      if (open === entry.prompt) open = null;
    }
    if (entry.what !== 'prompt') return;
    const before = open;
    open = entry.prompt;
    if (open === null) return;
    if (replied.has(open)) return `prompt ${open} is shown though it was answered`;
    return before !== null && before !== open ? `prompt ${open} is shown over prompt ${before}` : undefined;
  };
};

/** Where only silent callers wait, nothing is shown. */
export const silentNeverPrompts: Invariant =
  () =>
  (entry, { callers }) => {
    if (entry.what !== 'prompt' || entry.prompt === null) return;
    const asking = [...callers.values()].some(({ present, spec }) => present && mayAsk(spec));
    return asking
      ? undefined
      : `prompt ${entry.prompt} is shown, and nobody asked for more than a silent login`;
  };

/** No request carries a credential that is known to be expired; the waiters of the flight that brings it may (E5). */
export const noneKnownExpired: Invariant =
  () =>
  (entry, { tokens, step }) => {
    if (entry.what !== 'ask' || entry.caller === undefined || entry.token === undefined) return;
    const token = tokens.get(entry.token);
    if (!token) return `caller ${entry.caller} sends ${entry.token}, which nobody issued`;
    if (token.refused) return `caller ${entry.caller} sends ${entry.token}, which was refused`;
    const arrives =
      !token.restored && token.arrived && token.arrived.step === step && token.arrived.at === entry.at;
    return token.end <= entry.clock && !arrives
      ? `caller ${entry.caller} sends ${entry.token}, which is past its end`
      : undefined;
  };

/** No request carries a credential from before a logout, or of another user; none is made again for another. */
export const noneOfAnotherGeneration: Invariant = () => {
  const users = new Map<number, string>();
  return (entry, { callers, tokens, logouts, user }) => {
    if (entry.what !== 'ask' || entry.caller === undefined || entry.token === undefined) return;
    const { caller } = entry;
    const token = tokens.get(entry.token);
    if (!token) return;
    if (token.logouts !== logouts) return `caller ${caller} sends ${entry.token} from before a logout`;
    const { userId } = token.credential;
    if (userId === undefined) return;
    const before = users.get(caller) ?? userId;
    users.set(caller, userId);
    if (user !== undefined && userId !== user) {
      return `caller ${caller} sends ${entry.token} of ${userId}, and ${user} is logged in`;
    }
    // A long-lived source is meant to be begun anew for whoever is there.
    return before !== userId && callers.get(caller)?.spec.via !== 'whileAuthenticated'
      ? `caller ${caller} sends its request for ${before} once more, for ${userId}`
      : undefined;
  };
};

/** Nothing is sent unauthenticated that asked for login. */
export const noneUnauthenticated: Invariant =
  () =>
  (entry, { callers }) => {
    if (entry.what !== 'ask' || entry.caller === undefined || entry.token !== undefined) return;
    const caller = callers.get(entry.caller);
    return caller && needsLogin(caller.spec)
      ? `caller ${entry.caller} asked for a login, and its request is sent without a credential`
      : undefined;
  };

/**
 * After a logout nothing comes back: no state, no value, no request from before it, and nobody logs in but who
 * came after it.
 */
export const nothingComesBack: Invariant = () => {
  const silenced = new Set<number>();
  return (entry, { callers, questions, tokens, logouts, state, disposed }) => {
    const isOld = (token: string | undefined) =>
      token !== undefined && (tokens.get(token)?.logouts ?? logouts) < logouts;
    switch (entry.what) {
      case 'logout': {
        const onTheWire = new Set(
          [...questions.values()].filter((it) => !it.answered && !it.givenUp).map(({ caller }) => caller),
        );
        callers.forEach(({ present, spec, ...caller }, id) => {
          if (present && caller.logouts < logouts && VIAS[spec.via].waits && !onTheWire.has(id))
            silenced.add(id);
        });
        return;
      }
      case 'logout returned': {
        const { snapshot } = entry;
        const calm = ![...callers.values()].some((caller) => caller.logouts === logouts);
        const anonymous = snapshot.status === 'anonymous' && !snapshot.error;
        return calm && !anonymous && !disposed
          ? `after the logout the state is ${snapshot.status}`
          : undefined;
      }
      case 'value':
        if (silenced.has(entry.caller)) return `caller ${entry.caller} gets a value, and a logout came first`;
        return isOld((entry.value as { token?: string } | null)?.token)
          ? `caller ${entry.caller} gets a credential from before a logout`
          : undefined;
      case 'ask': {
        const caller = entry.caller !== undefined && callers.get(entry.caller);
        if (caller) {
          const sends = VIAS[caller.spec.via].waits || caller.requests > 1;
          const resumes = caller.spec.via === 'whileAuthenticated';
          return sends && !resumes && caller.logouts < logouts
            ? `caller ${entry.caller} sends a request, and a logout came first`
            : undefined;
        }
        if (!(entry.kind in LIMITS) || !logouts) return;
        return [...callers.values()].some((it) => it.logouts === logouts)
          ? undefined
          : `${entry.kind} is called, and nobody asked for a login since the logout`;
      }
      // What was in the queue when the logout came is told all the same (T2): it is the end of a step that counts.
      case 'step':
      case 'end': {
        if (!state || !('credential' in state || 'previous' in state)) return;
        const { token } = ('credential' in state ? state.credential : state.previous) ?? {};
        return isOld(token) ? `the state is ${state.status} by ${token}, from before a logout` : undefined;
      }
      default:
        return;
    }
  };
};

/** Every subscriber settles once all answers are in, once, and a login with a credential or a typed error. */
export const everySubscriberSettles: Invariant = () => {
  const settled = new Set<number>();
  const streams = new Set(['prompt$', 'event$']);
  let logouts = 0;
  return (entry, { callers }) => {
    const waiting = (except: string) =>
      [...callers].filter(([, { present, spec }]) => present && spec.via !== except).map(([id]) => id);
    switch (entry.what) {
      case 'settled': {
        if (settled.has(entry.caller)) return `caller ${entry.caller} settles twice`;
        settled.add(entry.caller);
        if (entry.error !== undefined) {
          return isSessionError(entry.error) ? undefined : `caller ${entry.caller} gets an error of no type`;
        }
        const caller = callers.get(entry.caller);
        return caller && caller.spec.via === 'login' && caller.values !== 1
          ? `caller ${entry.caller} completes with ${caller.values} credentials`
          : undefined;
      }
      case 'observed':
        streams.add(`session$ ${entry.observer}`);
        return;
      case 'unobserved':
        streams.delete(`session$ ${entry.observer}`);
        return;
      case 'completed':
        streams.delete(entry.stream);
        return;
      case 'logout':
        logouts++;
        return;
      case 'logout done':
        logouts--;
        return entry.error === undefined ? undefined : 'a logout fails';
      case 'end':
        if (logouts) return `${logouts} logouts never end`;
        return waiting('whileAuthenticated').length
          ? `caller ${waiting('whileAuthenticated').join(', ')} never settles`
          : undefined;
      case 'over':
        if (waiting('').length) return `caller ${waiting('').join(', ')} outlives the session`;
        return streams.size ? `${[...streams].join(', ')} outlives the session` : undefined;
      default:
        return;
    }
  };
};

const HALF_MINUTE = 30_000;
const SECOND = 1000;
/** The first try, two transient failures, one refused code, two interruptions. */
const MOST_TRIES = 6;

/** Retries and logins are bounded: per request, per flight, per second (W3), per half minute (E7); no code serves twice. */
export const bounded: Invariant = () => {
  const codes = new Set<string>();
  const tries = new Map<Kind, number>();
  let codeCalls: number[] = [];
  let flights: number[] = [];
  let caused = false;
  return (entry, { callers, questions, tokens, current }) => {
    switch (entry.what) {
      case 'ask': {
        const { kind, code, clock } = entry;
        if (code !== undefined) {
          if (codes.has(code)) return `${kind} gets a code that was used`;
          codes.add(code);
        }
        if (kind === 'wx.login') {
          codeCalls = [...codeCalls.filter((time) => Math.abs(clock - time) < SECOND), clock];
          if (codeCalls.length > 4) return 'wx.login is called five times in a second';
        }
        if (kind === 'silentLogin' || kind === 'login' || kind === 'refresh') {
          const count = (tries.get(kind) ?? 0) + 1;
          tries.set(kind, count);
          if (count > MOST_TRIES) return `${kind} is tried ${count} times in one flight`;
        }
        const caller = entry.caller !== undefined && callers.get(entry.caller);
        return caller && caller.requests > mostRequests(caller.spec)
          ? `caller ${entry.caller} sends its request ${caller.requests} times`
          : undefined;
      }
      case 'answer': {
        const { token } = questions.get(entry.question) ?? {};
        if (token === undefined || token !== current) return;
        if (entry.verdict === 'good') [caused, flights] = [false, []];
        if (entry.verdict === 'expired' && tokens.get(token)?.refused) caused = true;
        return;
      }
      case 'invalidate':
        // One that is past its end has expired by itself, which is told first: what follows is no refusal's doing.
        if (entry.token === current && (tokens.get(entry.token)?.end ?? 0) > entry.clock) caused = true;
        return;
      case 'replied':
        tries.delete('login');
        [caused, flights] = [false, []];
        return;
      case 'logout':
      case 'jump':
        [caused, flights] = [false, []];
        return;
      case 'event': {
        const { type, stage } = entry.event;
        if (type === 'login-success') caused = false;
        if (type !== 'login-start') return;
        tries.clear();
        if (!caused || stage === 'interactive') return;
        flights = [...flights.filter((time) => entry.clock - time <= HALF_MINUTE), entry.clock];
        return flights.length > 5 ? 'a sixth flight in half a minute, all caused by refusals' : undefined;
      }
      default:
        return;
    }
  };
};

const shown = (state: SessionState): string => JSON.stringify(state);

/** All subscribers of session$ saw the same order; the last that they saw is the truth. */
export const sameOrder: Invariant = () => {
  const seen = new Map<number, string[]>();
  return (entry, { disposed }) => {
    switch (entry.what) {
      case 'observed':
        seen.set(entry.observer, []);
        return;
      case 'state':
        seen.get(entry.observer)?.push(shown(entry.state));
        return;
      // Where somebody is being told, others have not heard yet: it is the end of a step that counts.
      case 'step':
      case 'end': {
        const all = seen.get(0) ?? [];
        for (const [observer, states] of seen) {
          const same = states.length > 0 && all.slice(-states.length).join() === states.join();
          if (!same) return `observer ${observer} saw another order than the first one`;
        }
        return entry.what === 'end' && !disposed && shown(entry.snapshot) !== all[all.length - 1]
          ? 'the last state that was told is not the snapshot'
          : undefined;
      }
      case 'unobserved':
        seen.delete(entry.observer);
        return;
      default:
        return;
    }
  };
};

/** Storage ends equal to memory, unless its last word was a failure, or is still awaited; what could not be written leaves nothing. */
export const storageEqualsMemory: Invariant = () => {
  const pending = new Set<number>();
  let isRead = false;
  let failed = false;
  let unwritten = false;
  let askedSince = false;
  return (entry, { tokens }) => {
    switch (entry.what) {
      case 'ask':
        if (!isChange(entry.kind)) return;
        pending.add(entry.question);
        askedSince = false;
        return;
      case 'answer':
        if (entry.kind === 'store.read') isRead = true;
        if (entry.said.startsWith('asks for')) askedSince = true;
        if (isChange(entry.kind) && pending.delete(entry.question)) {
          failed = entry.said !== 'done';
          if (entry.kind === 'store.write') unwritten = failed;
        }
        return;
      case 'event':
        if (entry.event.type === 'storage-failure') failed = true;
        return;
      case 'dispose':
        if (!isRead) failed = true;
        return;
      case 'end': {
        if (failed || pending.size || !entry.storage) return;
        if (unwritten && entry.storage.holds === undefined) return;
        const { snapshot } = entry;
        const stored = (entry.storage.holds ?? {}) as { credential?: { token: string }; guest?: unknown };
        const credential = keptOf(snapshot, tokens);
        // What a question of the backend tells of the guest holds for now, and is not stored.
        const guests = askedSince ? [] : [stored.guest, credential && snapshot.guest];
        const same = isSame(stored.credential, credential) && isSame(guests[0], guests[1]);
        return same
          ? undefined
          : `memory holds ${credential?.token ?? 'nothing'}, storage ${stored.credential?.token ?? 'nothing'}`;
      }
      default:
        return;
    }
  };
};
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const isChange = (kind: Kind) => kind === 'store.write' || kind === 'store.remove';

/** What is to be stored of a state: a credential that is over by the clock stays, one that was refused does not. */
function keptOf(state: SessionState, tokens: Model['tokens']): Credential | undefined {
  if (state.status === 'authenticated') return state.credential;
  return state.status === 'expired' && !tokens.get(state.previous.token)?.refused
    ? state.previous
    : undefined;
}

/** No token, and nothing else that is secret, is in any error or event. */
export const nothingSecretTold: Invariant = () => (entry) => {
  const told = (it: unknown): boolean =>
    [JSON.stringify(it), String(it), (it as { message?: string }).message].some((text) =>
      isSecret(text ?? ''),
    );
  switch (entry.what) {
    case 'settled':
      return entry.error !== undefined && told(entry.error)
        ? `the error of caller ${entry.caller} tells a secret`
        : undefined;
    case 'event': {
      const { event } = entry;
      return told(event) || (event.error && told(event.error))
        ? `the event ${event.type} tells a secret`
        : undefined;
    }
    case 'state':
      return 'error' in entry.state && entry.state.error && told(entry.state.error)
        ? 'the error of a state tells a secret'
        : undefined;
    default:
      return;
  }
};

/** All that must hold in every run. */
export const INVARIANTS: readonly (readonly [name: string, invariant: Invariant])[] = Object.entries({
  oneLoginAtATime,
  onePromptAtATime,
  silentNeverPrompts,
  noneKnownExpired,
  noneOfAnotherGeneration,
  noneUnauthenticated,
  nothingComesBack,
  everySubscriberSettles,
  bounded,
  sameOrder,
  storageEqualsMemory,
  nothingSecretTold,
});
