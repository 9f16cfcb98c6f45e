import { createSession, weapp } from 'rx-weapp-session';
import type {
  Credential,
  LoginBackend,
  RequestOptions,
  Session,
  SessionConfig,
  SessionEvent,
} from 'rx-weapp-session';
import type { RunHelpers } from 'rxjs/testing';
import { createApp } from './app';
import { createBackend } from './backend';
import type { BoundedScheduler } from './bounded-scheduler';
import { callReading, createCallLog } from './call-log';
import type { Call } from './call-log';
import { carriedBy } from './carried';
import type { MarblesConfig } from './config';
import { readDiagram } from './diagram';
import { expectLane } from './expectation';
import type { Later, Reason } from './expectation';
import type { Entry, Lane } from './lane';
import { leadsTo } from './leads-to';
import { createNames } from './names';
import { createPlatform } from './platform';
import { promptReading } from './prompts';
import { eventReading, stateReading, valueReading } from './readings';
import { record } from './record';
import type { Recording } from './recording';
import { createResources } from './resources';
import type { Scenario } from './scenario';
import type { Stage } from './stage';
import { createStorage } from './storage';
import { watchStream } from './streams';
import type { TimeLine, Watched } from './streams';
import { toMs } from './time';
import { createUser } from './user';
import { waitsFor } from './waiting';

/** A scenario, and what comes of it. */
export interface Production<C extends Credential> {
  readonly scenario: Scenario<C>;
  /** Why it fails: to be asked when it is over. */
  verdict(): readonly Reason[];
  recording(): Recording;
  /** Undoes what outlives a scenario. */
  end(): void;
}

/** Builds a scenario; to be called within the scheduler's `run`. */
export function createScenario<C extends Credential>(
  scheduler: BoundedScheduler,
  helpers: RunHelpers,
  config: MarblesConfig<C>,
): Production<C> {
  const { title = '', pace = 'timed', credentials, wx, until, observe = true, random: _, ...given } = config;
  const { source = 'shop' } = given;
  const now = () => scheduler.frame;
  const faults: string[] = [];
  const checks: { readonly check: () => string | undefined; readonly where: Error }[] = [];
  let isOver = false;
  const later: Later = (check, where) => {
    if (isOver) throw new Error('the scenario is over, nothing is compared any more: expect in its body');
    checks.push({ check, where });
  };

  const names = createNames(credentials || {});
  const log = createCallLog(now);
  const stage: Stage = { pace, names, log, now, fault: (message) => void faults.push(message) };
  const storage = createStorage(stage, source);
  const platform = createPlatform(stage);
  const resources = createResources(stage, (options: RequestOptions) =>
    carriedBy(options, names, !!given.attach),
  );
  const backend = createBackend(stage);
  const scripted = weapp({ ...platform.wx, ...storage.wx, ...resources.wx, ...wx });

  const sessions: Session<C>[] = [];
  const createOne = (more: Partial<SessionConfig<C>>): Session<C> => {
    const own = typeof given.backend === 'function' ? given.backend(scripted) : given.backend;
    const session = createSession<C>({
      source,
      baseUrl: 'https://api.example.com',
      platform: scripted,
      ...given,
      backend: own || (backend.backend as LoginBackend<C>),
      ...more,
    });
    sessions.push(session);
    return session;
  };
  const session = createOne({});

  const user = createUser(() => session, now, stage.fault);
  const { app, events: appEvents, restoreClock } = createApp(() => session, platform, now);

  const at: TimeLine['at'] = (ms, action) => {
    if (ms < now())
      throw new Error(`${ms}ms is over: it is ${now()}ms; say in the body what comes when, not inside of it`);
    scheduler.schedule(action, ms - now());
  };
  const timeLine: TimeLine = { now, at };
  const watched: Watched[] = [];
  const waiters: Watched[] = [];
  const states: Watched = observe
    ? watchStream(timeLine, 'session$', session.session$)
    : { name: 'session$', entries: [], open: false };
  const events: Entry[] = [];
  session.event$.subscribe((value) => events.push({ at: now(), kind: 'next', value }));

  const unseenPrompt = (): string | undefined =>
    !user.looked() && events.some(({ value }) => (value as SessionEvent).type === 'prompt')
      ? 'prompt$: the scripted user was asked, but does not look: script them, with user.away() at least'
      : undefined;

  const calls = (name: string, wanted: (call: Call) => boolean): (() => Lane) => {
    return () => ({
      name,
      reading: callReading,
      entries: log.calls.filter(wanted).map((call): Entry => ({ at: call.at, kind: 'next', value: call })),
    });
  };

  const scenario: Scenario<C> = {
    session,
    otherSession: createOne,
    wx: platform.script,
    backend: backend.script,
    storage: storage.storage,
    resources: resources.resources,
    user: user.script,
    app,
    platform: scripted,
    at: (time, action) => at(toMs(time), action),
    perform: (marbles, actions) =>
      readDiagram(marbles).forEach(({ at: ms, letter }) => {
        const action = actions[letter];
        if (!action) throw new Error(`perform: say what "${letter}" stands for`);
        at(ms, action);
      }),
    subscribe: (stream, subscription) => {
      const name = `subscribe ${waiters.length + 1}`;
      waiters.push(watchStream(timeLine, name, stream, subscription));
    },
    now,
    flush: () => scheduler.flush(),
    cold: helpers.cold,
    hot: helpers.hot,
    expectSession: (which, subscription) => {
      if (which === session && observe && subscription === undefined) {
        return expectLane(() => ({ ...states, reading: stateReading(names) }), later, pace);
      }
      const own = watchStream(timeLine, `session$ of ${which.source}`, which.session$, subscription);
      return expectLane(() => ({ ...own, reading: stateReading(names) }), later, pace);
    },
    expectPrompts: () => {
      later(unseenPrompt, new Error());
      return expectLane(
        () => ({ name: 'prompt$', entries: user.entries, reading: promptReading }),
        later,
        pace,
      );
    },
    expectCalls: (...scripts) => {
      const wanted = scripts.map(({ call }) => call);
      const title = wanted.length ? wanted.join(', ') : 'platform and backend';
      const isWanted = ({ name }: Call) => (wanted.length ? wanted.includes(name) : name !== 'request');
      return expectLane(calls(title, isWanted), later, pace);
    },
    expectRequests: (url = '') => {
      const isWanted = ({ name, detail }: Call) =>
        name === 'request' && leadsTo((detail as RequestOptions).url, url);
      return expectLane(calls(url ? `requests to ${url}` : 'requests', isWanted), later, pace);
    },
    expectEvents: () =>
      expectLane(() => ({ name: 'event$', entries: events, reading: eventReading }), later, pace),
    expectObservable: (stream, subscription) => {
      const own = watchStream(timeLine, `stream ${watched.length + 1}`, stream, subscription);
      watched.push(own);
      return expectLane(() => ({ ...own, reading: valueReading(names) }), later, pace);
    },
    calls: log.calls,
    recording: () => recording(),
  };

  const recording = (): Recording =>
    record({
      title,
      pace,
      names,
      calls: log.calls,
      states: states.entries,
      events,
      prompts: user.entries,
      deeds: user.deeds,
      app: appEvents,
      streams: [...watched, ...waiters],
    });

  const hidden = () => {
    const moves = appEvents.filter(({ deed }) => deed === 'background' || deed === 'foreground');
    return moves.length > 0 && moves[moves.length - 1].deed === 'background';
  };

  const unsettled = (): readonly string[] => {
    const busy = until === undefined ? scheduler.exhausted : scheduler.spun;
    const loggingIn = sessions.filter(({ snapshot }) => snapshot.status === 'authenticating');
    const streams = [...waiters, ...watched].filter(({ open }) => open);
    const stuck = busy || (until === undefined && (loggingIn.length || waiters.some(({ open }) => open)));
    if (!stuck) return [];
    const lines = waitsFor({ calls: log.calls, prompt: user.openPrompt(), streams, hidden: hidden(), busy });
    return [
      [
        `the scenario never settles; at ${now()}ms it still waits for`,
        ...(lines.length ? lines : ['  - a login']),
        "(where that is what it is about, end it: sessionMarbles(…, { until: '1m' }))",
      ].join('\n'),
    ];
  };

  return {
    scenario,
    verdict: () => {
      isOver = true;
      const differences = checks.map(({ check, where }) => ({ text: check(), where }));
      return [
        ...faults.map((text) => ({ text })),
        ...differences.filter((reason): reason is Required<Reason> => reason.text !== undefined),
        ...unsettled().map((text) => ({ text })),
      ];
    },
    recording,
    end: restoreClock,
  };
}
