import { ApiError } from './api-error';

// What a client is told about an errcode of WeChat's.
export function apiErrorFor(errcode: number): ApiError {
  switch (errcode) {
    case 40029:
      return new ApiError(400, 'code_invalid', 'the code is unknown or older than five minutes', { errcode });
    case 40163:
      return new ApiError(400, 'code_used', 'the code was used before', { errcode });
    case 40226:
      return new ApiError(403, 'user_blocked', 'WeChat blocks this user as high-risk', { errcode });
    case 45011:
      return new ApiError(429, 'too_many_requests', 'the WeChat quota of this minute is used up', {
        errcode,
        retryAfter: 1,
      });
    case -1:
      return new ApiError(503, 'wechat_busy', 'WeChat is busy', { errcode, retryAfter: 1 });
    default:
      // A wrong appid or appsecret, say: a fault of this deployment, which a client cannot mend.
      return new ApiError(500, 'internal', 'something went wrong here');
  }
}
