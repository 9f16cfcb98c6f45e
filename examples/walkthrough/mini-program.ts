import type { AuthPrompt, HttpResponse, Session, SessionError, SessionEvent } from 'rx-weapp-session';
import { skip, type Observable } from 'rxjs';
import { loadAppService } from '../app-service/sandbox';
import { createWx, type Phone } from '../app-service/wx';
import { demoApps } from '../wechat-server/demo-apps';
import { credentialNames } from './credential-names';
import { sessionLine } from './session-line';
import type { Tell } from './timeline';
import { watchWx } from './watched-wx';

export type Source = keyof typeof demoApps;

/** What the demo backend may answer. */
interface Body {
  readonly n?: number;
  readonly userId?: string;
  readonly source?: string;
  readonly for?: string;
}

type Response = HttpResponse<Body>;

/** The requests of app/app.js. */
interface Requests {
  echo(n: number): Observable<Response>;
  profile(): Observable<Response>;
  profileWithPatience(): Observable<Response>;
  comments(): Observable<Response>;
  recommendations(): Observable<Response>;
}

type App = Requests & { readonly session: Session };

/** What a request came to. */
export interface Outcome {
  readonly data?: Body;
  readonly error?: SessionError['code'];
}

export interface MiniProgramOptions {
  readonly source: Source;
  readonly user: string;
  /** What the phone keeps; nothing at first. */
  readonly storage?: Map<string, unknown>;
}

interface Surroundings {
  /** The folder with app.js and the packed library. */
  readonly root: string;
  readonly wechatUrl: string;
  readonly tell: Tell;
}

/** A mini-program on somebody's phone, and what its pages and its user do. */
export class MiniProgram {
  readonly phone: Phone;
  readonly storage: Map<string, unknown>;
  readonly session: Session;
  /** Under which credential each request for data went out. */
  readonly sentAs: string[] = [];
  readonly events: SessionEvent['type'][] = [];
  answers = 0;
  errors = 0;

  private readonly app: App;
  private readonly nameOf = credentialNames();
  private readonly tell: Tell;

  constructor(options: MiniProgramOptions, { root, wechatUrl, tell }: Surroundings) {
    const { source, user, storage = new Map<string, unknown>() } = options;
    const { wx, phone } = createWx({ wechatUrl, appid: demoApps[source].appid, user, storage });
    this.storage = storage;
    this.phone = phone;
    this.tell = tell;
    const service = loadAppService({
      root,
      wx: watchWx(wx, { tell, nameOf: this.nameOf, sends: (path, token) => this.sends(path, token) }),
    });
    service.require('./app');
    this.app = service.registered.app as unknown as App;
    this.session = this.app.session;

    const draw = sessionLine(this.nameOf);
    draw(this.session.snapshot);
    this.session.session$.pipe(skip(1)).subscribe((state) => tell('session', draw(state)));
    this.session.event$.subscribe(({ type, error }) => {
      this.events.push(type);
      if (type === 'retry') tell('session', `tries again after ${error?.code ?? 'a failure'}`, { bad: true });
    });
  }

  /** The name of the credential that a request would carry now. */
  get credential(): string | undefined {
    return this.session.credential && this.nameOf(this.session.credential.token);
  }

  count(event: SessionEvent['type']): number {
    return this.events.filter((type) => type === event).length;
  }

  /** A page subscribes to a request of the app, at once. Never rejects: what came of it is counted. */
  ask<K extends keyof Requests>(name: K, ...given: Parameters<Requests[K]>): Promise<Outcome> {
    const what = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    this.tell('page', `asks for ${what}`);
    const request = this.app[name] as (...args: Parameters<Requests[K]>) => Observable<Response>;
    return new Promise((resolve) => {
      let outcome: Outcome = {};
      request(...given).subscribe({
        next: ({ statusCode, data }) => {
          if (statusCode !== 200) return this.disappoint(what, `status ${statusCode}`);
          this.answers += 1;
          this.tell('page', `has its ${what}`);
          outcome = { data };
        },
        error: (error: unknown) => {
          const { code } = error as SessionError;
          this.disappoint(what, code);
          resolve({ error: code });
        },
        complete: () => resolve(outcome),
      });
    });
  }

  /** The page's login sheet: shows each prompt, and answers it as the user does. */
  onPrompt(answer: (prompt: AuthPrompt) => Promise<void>): void {
    this.session.prompt$.subscribe((prompt) => {
      if (!prompt?.claim()) return;
      const { method, scope, tips } = prompt;
      const what = scope === undefined ? method : `${method} ${scope}`;
      this.tell('prompt', `${what}  “${tips.title}”  [${tips.confirmText}] [${tips.cancelText}]`);
      void answer(prompt);
    });
  }

  /** What the user does, in words. */
  does(what: string): void {
    this.tell('page', what);
  }

  close(): void {
    this.session.dispose();
  }

  private disappoint(name: string, reason: string): void {
    this.errors += 1;
    this.tell('page', `is told ${reason} for ${name}`, { bad: true });
  }

  private sends(path: string, token: string | undefined): string {
    const name = token === undefined ? 'guest' : this.nameOf(token);
    if (!path.startsWith('/api/')) return token === undefined ? '' : name;
    this.sentAs.push(name);
    return name;
  }
}
