// The shapes that go over the wire; docs/backend-protocol.md says what they mean.

export interface CredentialReply {
  readonly credential: { readonly token: string; readonly expiresIn: number; readonly userId: string };
}

export interface AuthorizeReply {
  readonly authorize: { readonly method: AuthorizationKind; readonly ticket: string };
  readonly guest: { readonly segment: string };
}

export type Reply = CredentialReply | AuthorizeReply;

export const authorizationKinds = ['phoneNumber', 'userInfo', 'avatarNickname'] as const;

export type AuthorizationKind = (typeof authorizationKinds)[number];

export type ErrorCode =
  | 'bad_request'
  | 'code_invalid'
  | 'code_used'
  | 'user_blocked'
  | 'unknown_source'
  | 'ticket_invalid'
  | 'authorization_invalid'
  | 'unauthorized'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'wechat_busy'
  | 'wechat_unreachable'
  | 'internal'
  | 'injected_failure';
