import type { Callbacks } from '../../examples/app-service/callbacks';
import type { WxRequest, WxResponse } from '../../examples/app-service/request';
import type { createWx } from '../../examples/app-service/wx';

type Wx = ReturnType<typeof createWx>['wx'];

/** What one client's logins came to, counted where the library calls wx. */
export interface LoginCounts {
  /** Calls of wx.login. */
  codes: number;
  exchanges: number;
  /** Calls of wx.login and exchanges that gave neither a yes nor a no. */
  faults: number;
  /** Silent logins that the backend answered with a question to the user. */
  questions: number;
}

const EXCHANGE = /\/session\/(silent|login|refresh)$/;

/** Who wants to know. */
export interface Ear {
  /** An exchange has ended. */
  readonly exchanged: (failed: boolean) => void;
  /** A request for data is sent. */
  readonly sends: (request: string | undefined) => void;
}

/** The same wx, with what concerns logins counted. */
export function countLogins(wx: Wx, counts: LoginCounts, { exchanged, sends }: Ear): Wx {
  const judge = (url: string, { statusCode, data }: WxResponse) => {
    // A refresh that is refused goes on to a silent login in the same flight.
    const fault = statusCode !== 200 && !(statusCode === 401 && url.endsWith('/refresh'));
    if (fault) counts.faults += 1;
    exchanged(fault);
    if (url.endsWith('/silent') && typeof data === 'object' && 'authorize' in (data ?? {}))
      counts.questions += 1;
  };
  const failed = () => {
    counts.faults += 1;
    exchanged(true);
  };

  return {
    ...wx,
    login: (callbacks: Callbacks = {}) => {
      counts.codes += 1;
      wx.login({
        ...callbacks,
        fail: (failure) => {
          counts.faults += 1;
          callbacks.fail?.(failure);
        },
      });
    },
    request: (sent: WxRequest) => {
      if (!EXCHANGE.test(sent.url)) {
        sends(sent.header?.['x-request']);
        return wx.request(sent);
      }
      counts.exchanges += 1;
      return wx.request({
        ...sent,
        success: (response) => {
          judge(sent.url, response);
          sent.success?.(response);
        },
        fail: (failure) => {
          failed();
          sent.fail?.(failure);
        },
      });
    },
  };
}
