import { words } from './texts';
import type { TipsSubject } from './texts';
import type { AuthTips } from './types';

/** The default texts, in Chinese. */
export const chineseTips = ({ method }: TipsSubject): AuthTips => {
  switch (method) {
    case 'setting':
      return words('需要授权', '请在设置中允许', '去设置', '暂不');
    case 'privacy':
      return words('隐私保护', '请先同意隐私保护指引', '同意', '不同意');
    case 'avatarNickname':
      return words('完善资料', '请设置头像和昵称', '保存', '暂不');
    default:
      return words('登录', '登录后继续', /phone/i.test(method) ? '手机号登录' : '微信登录', '暂不');
  }
};
