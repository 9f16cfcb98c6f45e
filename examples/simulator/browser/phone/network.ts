import type { Refusal } from '../../../app-service/callbacks';
import type { WxRequest, WxResponse } from '../../../app-service/request';
import type { Device } from './device';

const OFFLINE: Refusal = { fail: '-106:net::ERR_INTERNET_DISCONNECTED', errno: 600001 };
const INTERRUPTED: Refusal = { fail: 'interrupted', errno: 600003 };
const SIMULATOR_GONE: Refusal = { fail: '-102:net::ERR_CONNECTION_REFUSED', errno: 600001 };
const TIMED_OUT: Refusal = { fail: 'timeout', errno: 5 };
export const ABORTED: Refusal = { fail: 'abort' };

/** WeChat stops a mini-program's requests when it has been in the background for so long, in ms. */
const INTERRUPTED_AFTER = 5000;
const DEFAULT_TIMEOUT = 60_000;

/**
 * The phone's network. The simulator's server sends what is asked for, as WeChat's native layer does: a status such as 401 is an
 * answer, and the browser's console does not report it as an error.
 */
export class Network {
  private readonly inFlight = new Set<AbortController>();
  private suspended = false;
  private countdown = 0;

  constructor(private readonly device: Device) {
    device.changes.on(({ background }) => this.follow(background));
  }

  async send(request: WxRequest, controller = new AbortController()): Promise<WxResponse | Refusal> {
    const { signal } = controller;
    if (this.suspended) return INTERRUPTED;
    this.inFlight.add(controller);
    const limit = setTimeout(() => controller.abort(TIMED_OUT), request.timeout ?? DEFAULT_TIMEOUT);
    try {
      await this.way(signal);
      const body = JSON.stringify(request);
      const response = await fetch('/native/request', { method: 'POST', body, signal });
      const answer = (await response.json()) as WxResponse | Refusal;
      await this.way(signal);
      return answer;
    } catch (error) {
      if (signal.aborted) return signal.reason as Refusal;
      return isRefusal(error) ? error : SIMULATOR_GONE;
    } finally {
      clearTimeout(limit);
      this.inFlight.delete(controller);
    }
  }

  /** What WeChat itself answers on the phone. */
  async askWechat(path: string): Promise<object> {
    const { world, appid, user } = this.device;
    const query = new URLSearchParams({ appid, user });
    const answer = await this.send({ url: `${world.wechatUrl}/__wx/${path}?${query.toString()}` });
    if ('fail' in answer) return { fail: 'cgi failed', errno: 108 };
    return answer.statusCode === 200 ? (answer.data as object) : { fail: 'system error', errno: 1000 };
  }

  /** One way between phone and server. */
  private async way(signal: AbortSignal): Promise<void> {
    const { offline, delay } = this.device.conditions;
    if (offline) throw OFFLINE;
    if (delay === 0) return;
    await new Promise<void>((resolve, reject) => {
      setTimeout(resolve, delay / 2);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    if (this.device.conditions.offline) throw OFFLINE;
  }

  private follow(background: boolean): void {
    clearTimeout(this.countdown);
    if (!background) this.suspended = false;
    else if (!this.suspended)
      this.countdown = window.setTimeout(() => {
        this.suspended = true;
        for (const controller of this.inFlight) controller.abort(INTERRUPTED);
      }, INTERRUPTED_AFTER);
  }
}

const isRefusal = (error: unknown): error is Refusal =>
  typeof error === 'object' && error !== null && 'fail' in error;
