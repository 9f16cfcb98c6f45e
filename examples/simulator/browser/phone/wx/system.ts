import type { Conditions } from '../../shared/messages';
import type { Device } from '../device';
import { listeners } from '../listeners';
import { api } from './api';

const LAUNCHED_BY_SEARCH = 1001;

/** What wx tells of the phone, and of the mini-program's coming and going. */
export function system(device: Device, firstPage: string) {
  const launch = { path: firstPage, scene: LAUNCHED_BY_SEARCH, query: {}, referrerInfo: {} };
  const shown = listeners<typeof launch>();
  const hidden = listeners<{ reason: number }>();
  const network = listeners<{ isConnected: boolean; networkType: string }>();
  const networkType = ({ offline }: Conditions) => (offline ? 'none' : 'wifi');

  let before = device.conditions;
  device.changes.on((now) => {
    if (now.offline !== before.offline)
      network.tell({ isConnected: !now.offline, networkType: networkType(now) });
    if (now.background !== before.background) {
      if (now.background) hidden.tell({ reason: 0 });
      else shown.tell(launch);
    }
    before = now;
  });

  const screen = () => ({
    pixelRatio: devicePixelRatio,
    windowWidth: innerWidth,
    windowHeight: innerHeight,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    statusBarHeight: 44,
  });
  const base = () => ({
    SDKVersion: '3.10.0',
    language: 'zh_CN',
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  });
  return {
    launch,
    api: {
      onAppShow: shown.on,
      offAppShow: shown.off,
      onAppHide: hidden.on,
      offAppHide: hidden.off,
      onNetworkStatusChange: network.on,
      offNetworkStatusChange: network.off,
      getNetworkType: api('getNetworkType', () => ({ networkType: networkType(device.conditions) })),
      getLaunchOptionsSync: () => launch,
      getEnterOptionsSync: () => launch,
      getAccountInfoSync: () => ({
        miniProgram: { appId: device.appid, envVersion: 'develop', version: '' },
      }),
      getExtConfigSync: () => ({ baseUrl: device.world.backendUrl }),
      getWindowInfo: screen,
      getAppBaseInfo: base,
      getSystemInfoSync: () => ({ platform: 'devtools', ...screen(), ...base() }),
      nextTick: (work: () => void) => queueMicrotask(work),
    },
  };
}
