import { Subject } from 'rxjs';
import { alive } from './alive';
import { tell } from './events';
import { fieldsOf, look } from './fields';
import { keptOn } from './kept-on';
import { orError } from './or-error';
import { ask } from './prompts';
import type { Room } from './room';
import { worded } from './tips';

const NO = { event: 'disagree' };

type Resolve = (answer: object) => void;

/** Who is asked: the session that was the last to want it. */
interface Asked {
  ask?: (resolve: Resolve) => void;
}

/** Asks the user; all that ask meanwhile are settled by the one answer. No answer is a no. */
function question(room: Room, resolve: Resolve): void {
  const { privacyAnswer$ = new Subject<object>() } = room;
  // eslint-disable-next-line rxjs-x/no-ignored-error -- it never errors
  privacyAnswer$.subscribe(resolve);
  if (room.privacyAnswer$) return;
  room.privacyAnswer$ = privacyAnswer$;
  const isExposure = (detail: unknown) => {
    const event = 'exposureAuthorization';
    const exposes = look(() => fieldsOf(detail).event === event, false);
    if (exposes) privacyAnswer$.next({ event });
    return exposes;
  };
  const end = (detail: unknown) => {
    const answer = look((): object => {
      const { event, buttonId } = fieldsOf(detail);
      return event === 'agree' ? { event, buttonId } : NO;
    }, NO);
    // Whoever is told may ask anew.
    room.privacyAnswer$ = undefined;
    privacyAnswer$.next(answer);
  };
  const answer$ = alive(room, () => {
    tell(room, 'prompt');
    const asked = worded(room, { method: 'privacy', openType: 'agreePrivacyAuthorization' });
    return orError(ask(room, asked, isExposure), room.disposed$);
  });
  answer$.subscribe({ next: end, error: end });
}

/**
 * Has WeChat's privacy question come to this session, from base library 2.32.3 on. What asks waits until it is settled.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/privacy/wx.onNeedPrivacyAuthorization.html
 */
export function listenToPrivacy(room: Room): void {
  const { platform } = room;
  try {
    // WeChat keeps one listener for each api object, the last one, and never lets go of it: so there is one.
    const asked = keptOn<Asked>(platform.api, '_rxWeappPrivacy', {});
    const isListening = asked.ask;
    asked.ask = (resolve) => question(room, resolve);
    if (isListening) return;
    platform.callSync('onNeedPrivacyAuthorization', (resolve: Resolve) => asked.ask && asked.ask(resolve));
  } catch {
    // An older base library asks nothing; nor does a platform of one's own, whose api is no object.
  }
}
