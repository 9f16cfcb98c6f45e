import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../random';
import type { Acknowledged, Comment } from './client';
import type { Ledger } from './ledger';
import type { KillableBackend } from './servers';
import type { TokenBook } from './token-book';

export interface ChaosOptions {
  readonly seed: string;
  /** How many requests there will be: things happen when so many have settled. */
  readonly requests: number;
  readonly kills: number;
  /** Expiries of all sessions of one user. */
  readonly expiries: number;
  /** Expiries of everybody's sessions. */
  readonly massExpiries: number;
}

/** What the chaos did, and what it found after each restart. */
export interface ChaosReport {
  kills: number;
  expiries: number;
  massExpiries: number;
  wechatTroubles: number;
  /** How long the backend was gone, in ms. */
  downtimes: number[];
  /** Acknowledged sessions and comments that were looked for after restarts. */
  sessionsChecked: number;
  commentsChecked: number;
}

type Act = 'kill' | 'expire' | 'expire all' | 'wechat trouble';

const CHECKED_SESSIONS = 100;

/** Expires sessions, and kills the backend, at moments that the seed decides. */
export class Chaos {
  readonly report: ChaosReport = {
    kills: 0,
    expiries: 0,
    massExpiries: 0,
    wechatTroubles: 0,
    downtimes: [],
    sessionsChecked: 0,
    commentsChecked: 0,
  };
  private readonly random: Random;

  constructor(
    private readonly options: ChaosOptions,
    private readonly backend: KillableBackend,
    private readonly wechatUrl: string,
    private readonly book: TokenBook,
    private readonly ledger: Ledger,
    private readonly comments: readonly Acknowledged[],
  ) {
    this.random = new Random(options.seed, 'chaos');
  }

  async run(): Promise<void> {
    const { requests, kills, expiries, massExpiries } = this.options;
    const moment = () => this.random.between(0.05, 0.95) * requests;
    const plan = (act: Act, times: number, when: (index: number) => number = moment) =>
      Array.from({ length: Math.ceil(times) }, (_, index) => ({ act, after: Math.floor(when(index)) }));
    const planned = [
      // One in each stretch, so that what is between can be seen to work again.
      ...plan('kill', kills, (index) => ((index + this.random.between(0.3, 0.7)) / kills) * requests),
      ...plan('expire', expiries),
      ...plan('expire all', massExpiries),
      ...plan('wechat trouble', expiries / 10),
    ].sort((one, other) => one.after - other.after);
    for (const { act, after } of planned) {
      await this.ledger.reached(after);
      await this.perform(act);
    }
  }

  /** Looks for sessions that the backend must still have, and through them for their users' comments. */
  private async check(): Promise<void> {
    const acknowledged = [...this.comments];
    const issued = this.book.all.filter((one) => this.book.mustWork(one)).slice(-CHECKED_SESSIONS);
    for (const one of issued) {
      const { status, body } = await this.backend.get('/api/comments', one.token);
      if (status !== 200) {
        // It may have been ended while it was looked for.
        if (this.book.mustWork(one))
          this.ledger.violation(`client ${one.client}: a session is gone after a restart`);
        continue;
      }
      this.report.sessionsChecked += 1;
      const there = new Set(
        (body as { items: readonly Comment[] }).items.map(({ id, text }) => `${id} ${text}`),
      );
      for (const { id, text, request } of acknowledged) {
        if (this.book.userOf(request) !== one.userId) continue;
        this.report.commentsChecked += 1;
        if (!there.has(`${id} ${text}`)) this.ledger.violation(`comment ${id} is gone after a restart`);
      }
    }
  }

  private async perform(act: Act): Promise<void> {
    switch (act) {
      case 'kill':
        return this.killAndRestart();
      case 'expire all':
        this.ledger.mark('all expired');
        this.report.massExpiries += 1;
        return this.book.expiring(undefined, () => this.expire({ all: true }));
      case 'expire': {
        const users = this.book.userIds();
        if (users.length === 0) return;
        const userId = this.random.pick(users);
        this.report.expiries += 1;
        return this.book.expiring(userId, () => this.expire({ userId }));
      }
      case 'wechat trouble': {
        this.report.wechatTroubles += 1;
        const errcode = this.random.pick([-1, 45011]);
        const query = new URLSearchParams({
          errcode: String(errcode),
          times: String(this.random.whole(1, 6)),
        });
        await fetch(`${this.wechatUrl}/__control/fail?${query.toString()}`, { method: 'POST' });
      }
    }
  }

  /** Ends them, or forgets them, which a refresh does not survive. */
  private expire(whose: object): Promise<void> {
    return this.backend.post('/debug/expire', { ...whose, revoke: this.random.chance(0.5) });
  }

  private async killAndRestart(): Promise<void> {
    this.ledger.mark('killed');
    const killedAt = Date.now();
    await this.backend.kill();
    await wait(this.random.between(100, 1500));
    await this.backend.start();
    this.report.kills += 1;
    this.report.downtimes.push(Date.now() - killedAt);
    this.ledger.mark('listening');
    await this.check();
  }
}
