import type { Contender } from '../contender';
import { alova } from './alova';
import { axiosAuthRefresh } from './axios-auth-refresh';
import { fancyMini } from './fancy-mini';
import { rxWeappSession } from './rx-weapp-session';
import { singletonPromise } from './singleton-promise';

export const CONTENDERS: readonly Contender[] = [
  rxWeappSession,
  singletonPromise,
  fancyMini,
  alova,
  axiosAuthRefresh,
];
