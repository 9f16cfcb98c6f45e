import { Subscription } from 'rxjs';
import { createSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, Credential, Session, SessionConfig } from 'rx-weapp-session';
import { createMint } from './answers';
import { startCaller } from './callers';
import type { CallerSpec, Reaction } from './callers';
import { createBackend, createStore, createWx, hooked } from './parts';
import { createQuestions } from './questions';
import type { Questions } from './questions';
import type { Recorder } from './recorder';
import type { Setting } from './setting';
import type { VirtualTime } from './virtual-time';

/** What the user does with a prompt. */
export const REPLIES = ['grants', 'refuses', 'closes', 'gives nonsense', 'claims', 'releases'] as const;
export type Reply = (typeof REPLIES)[number];

/** One session in a made-up world: platform, backend, storage, user and callers do what they are told, step by step. */
export interface World {
  readonly session: Session;
  readonly questions: Questions;
  /** All that were ever shown. */
  readonly prompts: readonly AuthPrompt[];
  /** The one that is shown now. */
  readonly prompt: AuthPrompt | null;
  /** The callers that are still there. */
  readonly callers: readonly { readonly id: number; readonly spec: CallerSpec }[];
  readonly observers: number;
  /** The platform tells of the background; where it does not, an app in the background is a slow one. */
  readonly tellsShown: boolean;
  readonly time: VirtualTime;
  call(spec: CallerSpec): void;
  leave(caller: number): void;
  reply(prompt: AuthPrompt, reply: Reply): void;
  /** A user interface comes, or all of them go. */
  ui(comes: boolean): void;
  /** A further observer of session$ comes, or the last one goes. */
  observe(reaction?: Reaction): void;
  unobserve(): void;
  logout(forget: boolean): void;
  /** Expires the credential that the session holds, or, with `late`, the one before. */
  invalidate(late: boolean): void;
  show(shown: boolean): void;
  jump(ms: number): void;
  dispose(): void;
  /** Ends the run; nothing happens after that. */
  end(): void;
}

/** Thrown by a subscriber on purpose. */
export class Slip extends Error {}

/** Everything that any authorisation method reads. */
const GRANTED = {
  errMsg: 'ok',
  code: 'phone',
  userInfo: { nickName: 'Ann' },
  authSetting: { 'scope.userInfo': true },
};
const REFUSED = { errMsg: 'fail user deny', errno: 103 };
const SOURCE = 'shop';

/** What storage holds at the start. */
function storedAtFirst({ stored }: Setting, now: number): unknown {
  const credential = { token: 'secret-token-0', userId: 'ann' };
  const record = (more: object = {}) => ({
    version: 1,
    source: SOURCE,
    credential: { ...credential, ...more },
    receivedAt: now - 60_000,
  });
  switch (stored) {
    case 'nothing':
      return undefined;
    case 'credential':
      return record();
    case 'credential for a minute':
      return record({ expiresAt: now + 90_000 });
    case 'over':
      return record({ expiresAt: now - 1 });
    case 'forget':
      return { version: 1, source: SOURCE, forget: true };
    case 'corrupt':
      return { version: 1, source: SOURCE, credential: 'secret-token-0' };
  }
}

export function createWorld(setting: Setting, time: VirtualTime, recorder: Recorder): World {
  const { record } = recorder;
  const mint = createMint(() => time.clock);
  const questions = createQuestions(recorder, mint, setting);
  const listeners = { shown: new Set<() => void>(), hidden: new Set<() => void>() };
  const first = storedAtFirst(setting, time.clock);
  const kept = createStore(questions, setting.store === 'asynchronous', first);
  const callers: {
    readonly id: number;
    readonly spec: CallerSpec;
    readonly subscription: Subscription;
    present: boolean;
  }[] = [];
  const observers: Subscription[] = [];
  const prompts: AuthPrompt[] = [];
  const uis: Subscription[] = [];
  const held: Credential[] = [];
  let prompt: AuthPrompt | null = null;

  const afterLogin: Record<Setting['afterLogin'], SessionConfig['afterLogin']> = {
    none: undefined,
    asks: () => hooked(questions, 'afterLogin'),
    sends: (_, send) => send({ url: '/hook' }),
  };
  const session = createSession({
    source: SOURCE,
    baseUrl: 'https://api.example.com',
    platform: weapp(createWx(questions, setting, listeners)),
    backend: createBackend(questions, setting),
    store: setting.store === 'none' ? null : kept.store,
    afterLogin: afterLogin[setting.afterLogin],
    timeouts: { prompt: setting.promptLimit },
  });

  const react = (act: Reaction['act']): void => {
    switch (act) {
      case 'request':
        return world.call({ via: 'requestWithLogin', mode: 'common' });
      case 'silent login':
        return world.call({ via: 'login', mode: 'silent' });
      case 'logout':
        return world.logout(false);
      case 'invalidate':
        return world.invalidate(false);
      case 'throw':
        throw new Slip();
    }
  };

  const world: World = {
    session,
    questions,
    prompts,
    get prompt() {
      return prompt;
    },
    get callers() {
      return callers.filter(({ present }) => present);
    },
    get observers() {
      return observers.length;
    },
    tellsShown: !setting.old,
    time,
    call: (spec) => {
      const id = callers.length;
      const caller = { id, spec, subscription: new Subscription(), present: true };
      const settled = (how: { error?: unknown }) => {
        caller.present = false;
        record({ what: 'settled', caller: id, ...how });
        if (spec.then) react(spec.then);
      };
      callers.push(caller);
      record({ what: 'call', caller: id, spec });
      caller.subscription.add(
        startCaller(session, spec, id).subscribe({
          next: (value) => record({ what: 'value', caller: id, value }),
          error: (error: unknown) => settled({ error }),
          complete: () => settled({}),
        }),
      );
    },
    leave: (id) => {
      callers[id].present = false;
      record({ what: 'left', caller: id });
      callers[id].subscription.unsubscribe();
    },
    reply: (asked, reply) => {
      if (!/claims|releases/.test(reply)) record({ what: 'replied', prompt: asked.id, said: reply });
      switch (reply) {
        case 'grants':
          return asked.answer(GRANTED);
        case 'refuses':
          return asked.answer(REFUSED);
        case 'closes':
          return asked.cancel();
        case 'gives nonsense':
          return asked.answer('secret-code-of-a-button');
        case 'claims':
          return void asked.claim();
        case 'releases':
          return asked.release();
      }
    },
    ui: (comes) => {
      if (!comes) {
        uis.splice(0).forEach((subscription) => subscription.unsubscribe());
        prompt = null;
        record({ what: 'prompt', prompt });
        return;
      }
      uis.push(
        session.prompt$.subscribe({
          next: (shown) => {
            prompt = shown;
            const id = shown && shown.id;
            record({ what: 'prompt', prompt: id, ...(shown && { method: shown.method }) });
            if (!shown || prompts.includes(shown)) return;
            prompts.push(shown);
            if (setting.eager) world.reply(shown, 'grants');
          },
          complete: () => record({ what: 'completed', stream: 'prompt$' }),
        }),
      );
    },
    observe: (reaction) => {
      const observer = observers.length;
      let reacted = false;
      record({ what: 'observed', observer });
      const subscription = new Subscription();
      observers.push(subscription);
      subscription.add(
        session.session$.subscribe({
          next: (state) => {
            record({ what: 'state', observer, state });
            if (state.status === 'authenticated' && !held.includes(state.credential))
              held.push(state.credential);
            if (!reaction || reacted || state.status !== reaction.on) return;
            reacted = true;
            react(reaction.act);
          },
          complete: () => record({ what: 'completed', stream: `session$ ${observer}` }),
        }),
      );
    },
    unobserve: () => {
      const observer = observers.length - 1;
      record({ what: 'unobserved', observer });
      observers.pop()?.unsubscribe();
    },
    logout: (forget) => {
      record({ what: 'logout', forget });
      const done$ = session.logout({ forget });
      record({ what: 'logout returned', snapshot: session.snapshot });
      done$.subscribe({
        error: (error: unknown) => record({ what: 'logout done', error }),
        complete: () => record({ what: 'logout done' }),
      });
    },
    invalidate: (late) => {
      const credential = held[held.length - (late ? 2 : 1)];
      if (!credential) return;
      record({ what: 'invalidate', token: credential.token });
      session.invalidate(credential);
    },
    show: (shown) => {
      time.show(shown);
      record({ what: 'shown', shown });
      listeners[shown ? 'shown' : 'hidden'].forEach((listener) => listener());
    },
    jump: (ms) => {
      time.jump(ms);
      record({ what: 'jump', ms });
    },
    dispose: () => {
      record({ what: 'dispose' });
      session.dispose();
    },
    end: () => {
      const { snapshot } = session;
      record({ what: 'end', snapshot, ...(setting.store !== 'none' && { storage: { holds: kept.stored } }) });
      world.dispose();
      record({ what: 'over' });
    },
  };

  const restored = setting.store !== 'none' && (first as { credential?: unknown } | undefined)?.credential;
  if (restored && typeof restored === 'object') {
    record({ what: 'stored', credential: restored as Credential, receivedAt: time.clock - 60_000 });
  }
  session.event$.subscribe({
    next: (event) => record({ what: 'event', event }),
    complete: () => record({ what: 'completed', stream: 'event$' }),
  });
  world.observe();
  if (setting.ui) world.ui(true);
  return world;
}
