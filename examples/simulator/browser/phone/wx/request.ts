import { answer } from '../../../../app-service/callbacks';
import type { RequestTask, WxRequest } from '../../../../app-service/request';
import { ABORTED, type Network } from '../network';

/** wx.request. */
export const request =
  (network: Network) =>
  (options: WxRequest): RequestTask & Record<string, () => void> => {
    const controller = new AbortController();
    answer('request', options, network.send(options, controller));
    const nothing = () => undefined;
    return {
      abort: () => controller.abort(ABORTED),
      onHeadersReceived: nothing,
      offHeadersReceived: nothing,
    };
  };
