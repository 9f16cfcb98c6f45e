import { coldRequests } from './cold-requests';
import { expireTogether } from './expire-together';
import { lateExpiry } from './late-expiry';
import { logoutDuringLogin } from './logout-during-login';
import { permissionPanel } from './permission-panel';
import { serverRestart } from './server-restart';
import { silentVisitor } from './silent-visitor';
import { twoMiniPrograms } from './two-mini-programs';
import { warmRequest } from './warm-request';

export const scenes = [
  coldRequests,
  warmRequest,
  expireTogether,
  lateExpiry,
  silentVisitor,
  permissionPanel,
  logoutDuringLogin,
  twoMiniPrograms,
  serverRestart,
];
