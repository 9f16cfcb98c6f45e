import { setTimeout as wait } from 'node:timers/promises';
import {
  isSessionError,
  type AuthPrompt,
  type HttpResponse,
  type RequestOptions,
  type Session,
} from 'rx-weapp-session';
import type { Observable, Subscription } from 'rxjs';
import { loadAppService } from '../../examples/app-service/sandbox';
import { createWx, type OpenType, type Phone, type WxOptions } from '../../examples/app-service/wx';
import { demoApps } from '../../examples/wechat-server/demo-apps';
import { Random } from '../random';
import type { Ending, Ledger } from './ledger';
import { phoneNumberOf, type People } from './people';
import { countLogins, type LoginCounts } from './wx-boundary';

export type Source = keyof typeof demoApps;

/** Whose phone it is: one person's; several people's, who log out; several people's, who do not. */
export type Habit = 'own' | 'shared' | 'careless';

export interface ClientOptions {
  readonly index: number;
  readonly seed: string;
  readonly source: Source;
  readonly habit: Habit;
  /** The people who use this phone. */
  readonly names: readonly string[];
  /** Renews by /session/refresh before it takes a code. */
  readonly refreshes: boolean;
}

/** What all clients share. */
export interface Surroundings {
  /** The folder with app.js and the packed library. */
  readonly root: string;
  readonly baseUrl: string;
  readonly wechatUrl: string;
  readonly ledger: Ledger;
  readonly people: People;
  readonly comments: Acknowledged[];
  /** The backend's user that a request went out as, as the proxy saw it. */
  readonly userOf: (request: string) => string | undefined;
}

export interface Comment {
  readonly id: number;
  readonly text: string;
}

/** A comment that the backend acknowledged, and the request that wrote it. */
export interface Acknowledged extends Comment {
  readonly request: string;
}

/** What the demo backend may answer. */
interface Body {
  readonly n?: number;
  readonly userId?: string;
  readonly phone?: string;
  readonly source?: string;
  readonly for?: string;
  readonly id?: number;
  readonly text?: string;
  readonly items?: readonly Comment[];
  readonly request?: string;
}

type Response = HttpResponse<Body>;

/** How often each way to ask is taken. */
const WAYS = {
  common: 50,
  composed: 10,
  verified: 1,
  silent: 8,
  silentOnly: 8,
  silentOrFail: 5,
  force: 3,
  forceSilent: 3,
  forceAuth: 1,
  plain: 4,
} as const;
type Way = keyof typeof WAYS;

/** Ways that may go out without a credential. */
const ANONYMOUS: readonly Way[] = ['silent', 'silentOnly', 'plain'];
/** Ways that may start a login though there is a usable credential. */
const FORCED: readonly Way[] = ['verified', 'force', 'forceSilent', 'forceAuth'];

const QUESTIONS = { echo: 65, me: 12, comment: 8, comments: 5, recommendations: 10 } as const;
type Question = keyof typeof QUESTIONS;

/** What happens on the phone between requests, and in the middle of them. */
const TURNS = { none: 79, hide: 6, logout: 3, forget: 1, reopen: 3, switchUser: 8 } as const;

interface App {
  readonly session: Session;
  readonly ways: Readonly<Record<Way, (options: RequestOptions) => Observable<Response>>>;
}

interface Asked {
  readonly id: string;
  readonly n: number;
  readonly way: Way;
  readonly question: Question;
  readonly name: string;
}

const REQUEST_TIMEOUT = 6000;
const SECRET = /[\w-]{40,}/;
/** Ms until the next burst, at most; and where a page showed an error. */
const THINKS = 200;
const RECOVERS = 1500;

/** A mini-program on a phone, its user, and all that they ask for. */
export class Client {
  readonly index: number;
  readonly source: Source;
  readonly counts: LoginCounts = { codes: 0, exchanges: 0, faults: 0, questions: 0 };
  /** Starts of the app, logouts, and requests that ask for a fresh login. */
  readonly causes = { starts: 0, logouts: 0, forced: 0 };
  private readonly random: Random;
  private readonly storage = new Map<string, unknown>();
  private readonly phone: Phone;
  private readonly wx: object;
  private name: string;
  private app: App;
  private page: Subscription | undefined;
  private lastRequest = 0;
  private readonly open = new Set<string>();
  /** Grows with each logout and each restart; what was asked before must not be sent after (E9). */
  private generation = 0;
  private readonly askedIn = new Map<string, number>();

  constructor(
    private readonly options: ClientOptions,
    private readonly surroundings: Surroundings,
  ) {
    const { index, seed, source, names } = options;
    this.index = index;
    this.source = source;
    this.random = new Random(seed, 'client', index);
    this.name = names[0];
    const { wechatUrl, ledger } = surroundings;
    const owner = (): string => this.name;
    const wxOptions: WxOptions = {
      wechatUrl,
      appid: demoApps[source].appid,
      storage: this.storage,
      get user() {
        return owner();
      },
    };
    const { wx, phone } = createWx(wxOptions);
    this.phone = phone;
    this.wx = countLogins(wx, this.counts, {
      exchanged: (failed) => ledger.exchanges.push({ at: Date.now(), failed }),
      sends: (request) => this.checkGeneration(request),
    });
    this.app = this.start();
  }

  get session(): Session {
    return this.app.session;
  }

  /** What the phone keeps for this mini-program. */
  get stored(): unknown {
    return this.storage.get(`rx-weapp-session:${this.source}`);
  }

  /** Requests that have not settled. */
  get unsettled(): readonly string[] {
    return [...this.open];
  }

  /** Asks for so much, in bursts, while the phone is used as phones are. */
  async use(requests: number): Promise<void> {
    for (let left = requests; left > 0;) {
      const burst = Math.min(left, this.random.whole(1, 6));
      left -= burst;
      const answers = Array.from({ length: burst }, () =>
        this.ask(this.random.weighted(WAYS), this.question()),
      );
      const [endings] = await Promise.all([Promise.all(answers), this.turn()]);
      await wait(this.random.between(0, endings.includes('error') ? RECOVERS : THINKS));
    }
  }

  /** One request that must succeed, now that nothing is in its way. */
  async succeeds(): Promise<boolean> {
    return (await this.ask('common', 'echo', true)) === 'answered';
  }

  close(): void {
    this.generation += 1;
    this.page?.unsubscribe();
    this.session.dispose();
  }

  private start(): App {
    const { root, baseUrl, ledger } = this.surroundings;
    const { index, source, refreshes } = this.options;
    this.causes.starts += 1;
    const complain = (...said: readonly unknown[]) =>
      ledger.violation(`client ${index}: the console says ${said.map(String).join(' ')}`);
    const console = { log: complain, info: complain, warn: complain, error: complain, debug: complain };
    const service = loadAppService({ root, wx: this.wx, console });
    const { globals } = service;
    globals.soak = { source, baseUrl, client: String(index), refreshes };
    globals.setTimeout = (handler: () => void, ms?: number) =>
      Number(
        setTimeout(() => {
          try {
            handler();
          } catch (error) {
            ledger.violation(`client ${index}: unhandled ${String(error)}`);
          }
        }, ms),
      );
    service.require('./app');
    this.app = service.registered.app as unknown as App;
    this.look();
    return this.app;
  }

  private checkGeneration(request: string | undefined): void {
    if (request === undefined || this.askedIn.get(request) === this.generation) return;
    this.surroundings.ledger.violation(
      `request ${request} was sent, or sent again, after a logout or a restart`,
    );
  }

  private question(): Question {
    return this.random.weighted(QUESTIONS);
  }

  /** The page is shown: its login sheet answers prompts as this user does. */
  private look(): void {
    this.page = this.session.prompt$.subscribe((prompt) => {
      if (prompt?.claim()) void this.react(prompt);
    });
  }

  private async react(prompt: AuthPrompt): Promise<void> {
    const mood = this.random.weighted({ agree: 78, refuse: 8, close: 8, leave: 6 });
    await wait(this.random.between(2, 60));
    if (mood === 'close') return prompt.cancel();
    if (mood === 'leave') return prompt.release();
    if (mood === 'refuse') this.phone.refuseNext();
    if (prompt.scope !== undefined && mood === 'agree') this.phone.grantScope(prompt.scope);
    const openType = (prompt.openType ?? 'chooseAvatar') as OpenType;
    const detail = await this.phone.tap(openType);
    prompt.answer(prompt.method === 'avatarNickname' ? { nickName: this.name, ...detail } : detail);
  }

  /** Something else happens on the phone, somewhen during the burst. */
  private async turn(): Promise<void> {
    const turn = this.random.weighted(TURNS);
    const moment = this.random.between(0, 120);
    const shared = this.options.habit !== 'own';
    if (turn === 'none' || (turn === 'switchUser' && !shared)) return;
    await wait(moment);
    switch (turn) {
      case 'hide':
        return this.hideAndShow();
      case 'logout':
      case 'forget':
        return this.logout(turn === 'forget');
      case 'reopen':
        this.close();
        this.start();
        return;
      case 'switchUser':
        if (this.options.habit === 'shared') this.logout(false);
        this.name = this.random.pick(this.options.names);
    }
  }

  private async hideAndShow(): Promise<void> {
    this.page?.unsubscribe();
    this.phone.hide();
    await wait(this.random.between(20, 400));
    this.phone.show();
    this.look();
  }

  private logout(forget: boolean): void {
    this.causes.logouts += 1;
    this.generation += 1;
    this.session.logout({ forget }).subscribe();
  }

  private ask(way: Way, question: Question, undisturbed = false): Promise<Ending> {
    const n = ++this.lastRequest;
    const asked: Asked = { id: `${this.index}.${n}`, n, way, question, name: this.name };
    const { ledger } = this.surroundings;
    const startedAt = Date.now();
    const patience = !undisturbed && this.random.chance(0.03) ? this.random.between(0, 150) : undefined;
    if (FORCED.includes(way)) this.causes.forced += 1;
    ledger.asked += 1;
    this.open.add(asked.id);
    this.askedIn.set(asked.id, this.generation);

    return new Promise((resolve) => {
      let values = 0;
      let ended = false;
      const end = (ending: Ending, detail: string) => {
        if (ended) return ledger.violation(`request ${asked.id} settled twice`);
        ended = true;
        this.open.delete(asked.id);
        const at = Date.now();
        ledger.settle({ at, took: at - startedAt, ending, detail });
        resolve(ending);
      };
      let verdict: readonly [Ending, string] = ['error', 'completed empty'];
      const subscription = this.app.ways[way](this.optionsOf(asked)).subscribe({
        next: (response) => {
          values += 1;
          if (ended || values > 1) ledger.violation(`request ${asked.id} has an answer too many`);
          verdict = this.judge(asked, response);
        },
        error: (error: unknown) => {
          if (values > 0) ledger.violation(`request ${asked.id} failed after its answer`);
          end('error', this.codeOf(asked, error));
        },
        complete: () => {
          if (values === 0) ledger.violation(`request ${asked.id} completed without an answer`);
          end(...verdict);
        },
      });
      if (patience === undefined) return;
      setTimeout(() => {
        if (ended) return;
        subscription.unsubscribe();
        end('withdrawn', 'by the page');
      }, patience);
    });
  }

  private optionsOf({ id, n, way, question, name }: Asked): RequestOptions {
    const header = {
      'x-client': String(this.index),
      'x-request': id,
      'x-needs-login': ANONYMOUS.includes(way) ? '0' : '1',
    };
    const options = { header, timeout: REQUEST_TIMEOUT };
    switch (question) {
      case 'echo':
        return { ...options, url: '/api/echo', data: { n } };
      case 'comment':
        return { ...options, url: '/api/comments', method: 'POST', data: { text: commentOf(name, id) } };
      case 'me':
      case 'comments':
      case 'recommendations':
        return { ...options, url: `/api/${question}` };
    }
  }

  private codeOf({ id }: Asked, error: unknown): string {
    const { ledger } = this.surroundings;
    if (!isSessionError(error)) {
      ledger.violation(`request ${id} failed with something else: ${String(error)}`);
      return 'untyped';
    }
    if (SECRET.test(`${error.message} ${JSON.stringify(error)}`))
      ledger.violation(`an error of ${id} holds a secret`);
    return error.code;
  }

  private judge(asked: Asked, { statusCode, data }: Response): readonly [Ending, string] {
    const { ledger, comments } = this.surroundings;
    const { id, way, question } = asked;
    if (statusCode === 401 && ANONYMOUS.includes(way)) return ['status', 'status 401'];
    if (statusCode >= 429) {
      if (data.request !== id) ledger.violation(`request ${id} was given another's status ${statusCode}`);
      return ['status', `status ${statusCode}`];
    }
    const own = statusCode === (question === 'comment' ? 201 : 200) && this.isOwn(asked, data);
    if (!own)
      ledger.violation(`request ${id} (${way} ${question}) was given ${statusCode} ${JSON.stringify(data)}`);
    else if (question === 'comment')
      comments.push({ id: Number(data.id), text: String(data.text), request: id });
    return ['answered', 'answered'];
  }

  /** Is it the answer to this very request, and about the user who asked? */
  private isOwn({ id, n, way, question, name }: Asked, data: Body): boolean {
    const { userOf } = this.surroundings;
    const mine = (text: string) => userOf(requestOf(text)) === userOf(id);
    switch (question) {
      case 'echo':
        return data.n === n && this.isUser(data.userId, name);
      case 'me': {
        const numbers = (this.options.habit === 'careless' ? this.options.names : [name]).map(phoneNumberOf);
        const known = data.phone === undefined || data.phone === null || numbers.includes(data.phone);
        return known && data.source === this.source && this.isUser(data.userId, name);
      }
      case 'recommendations':
        return data.for === 'guest' ? ANONYMOUS.includes(way) : this.isUser(data.for, name);
      case 'comment':
        return data.text === commentOf(name, id);
      case 'comments':
        return data.items !== undefined && data.items.every(({ text }) => mine(text));
    }
  }

  private isUser(userId: string | undefined, name: string): boolean {
    const { people } = this.surroundings;
    if (userId === undefined) return false;
    if (this.options.habit === 'careless') people.isOneOf(userId, this.options.names);
    else people.is(userId, name);
    return true;
  }
}

const commentOf = (name: string, id: string): string => `${name} writes ${id}`;
const requestOf = (comment: string): string => comment.split(' writes ')[1];
