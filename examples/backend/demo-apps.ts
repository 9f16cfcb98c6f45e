import { demoApps } from '../wechat-server/demo-apps';
import type { App } from './options';

// One source for each kind of first login.
export const appsBySource: Readonly<Record<string, App>> = {
  shop: { ...demoApps.shop, authorize: 'phoneNumber' },
  club: { ...demoApps.club, authorize: 'phoneNumber', then: 'avatarNickname' },
  forum: { ...demoApps.forum, authorize: 'userInfo' },
  news: { ...demoApps.news, authorize: 'none' },
};
