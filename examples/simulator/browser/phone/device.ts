import type { Conditions, Report } from '../shared/messages';
import type { World } from '../shared/world';
import { listeners } from './listeners';

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;

/** The phone: whose it is, what it is going through, and who watches it. */
export class Device {
  readonly source: string;
  readonly appid: string;
  readonly user: string;
  readonly changes = listeners<Conditions>();
  conditions: Conditions;

  constructor(
    readonly world: World,
    query: URLSearchParams,
  ) {
    const source = query.get('app') ?? 'shop';
    this.source = Object.hasOwn(world.apps, source) ? source : 'shop';
    this.appid = world.apps[this.source].appid;
    this.user = query.get('user') ?? 'xiaoman';
    this.conditions = {
      offline: query.get('offline') === 'true',
      delay: Number(query.get('delay') ?? 0),
      background: false,
      refuseNext: false,
    };
  }

  set(change: Partial<Conditions>): void {
    this.conditions = { ...this.conditions, ...change };
    this.tell({ kind: 'conditions', conditions: this.conditions });
    this.changes.tell(this.conditions);
  }

  /** Whether the user refuses this authorisation unasked; true once after it was ordered. */
  refuses(): boolean {
    const { refuseNext } = this.conditions;
    if (refuseNext) this.set({ refuseNext: false });
    return refuseNext;
  }

  tell(report: WithoutTime<Report>): void {
    const at = performance.timeOrigin + performance.now();
    if (parent !== window) parent.postMessage({ report: { ...report, at } }, location.origin);
  }
}
