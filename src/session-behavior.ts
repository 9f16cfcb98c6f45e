import { Subscription } from 'rxjs';
import { injectSession } from './inject-session';
import { sessionError } from './session-error';
import type { SessionErrorCode } from './session-error';
import type { Credential, LoginStage, Session, SessionOrigin, SessionState } from './types';

/** The state as pages may show it: no token, no credential. What is absent is `''`, or `null` for `guest`. */
export interface SessionView {
  /** As in `session$`. */
  readonly status: SessionState['status'];
  /** While authenticating. */
  readonly stage: LoginStage | '';
  /** Where the credential came from. */
  readonly origin: SessionOrigin | '';
  /** Of the present user, or of the one whose session expired. */
  readonly userId: string;
  /** What the backend said about a visitor. */
  readonly guest: unknown;
  /** The code of the last login's error. */
  readonly error: SessionErrorCode | '';
}

/** What {@link sessionBehavior} needs of a component or page. */
interface Host {
  setData(data: Record<string, unknown>): void;
}

interface Mirror {
  view: SessionView;
  subscription?: Subscription;
}

/** Every field that a state may have. */
interface Fields {
  readonly status: SessionState['status'];
  readonly stage?: LoginStage;
  readonly origin?: SessionOrigin;
  readonly credential?: Credential;
  readonly previous?: Credential;
  readonly guest?: unknown;
  readonly error?: { readonly code: SessionErrorCode };
}

/** P, where it is known already: a use of the result is no place to infer it from. */
type Named<P extends string> = [P][P extends unknown ? 0 : never];

function viewOf({ status, stage, origin, credential, previous, guest, error }: Fields): SessionView {
  const { userId } = credential || previous || {};
  return {
    status,
    stage: stage || '',
    origin: origin || '',
    userId: userId || '',
    guest: guest === undefined ? null : guest,
    error: error ? error.code : '',
  };
}

/**
 * A behavior that mirrors the session's state, without the token, into the data of a component or page.
 *
 * It subscribes `session$` when the component is attached and whenever its page is shown, leaves when it is
 * detached or its page is hidden, and sets only the fields that changed. Throws `not-configured` at attach where
 * no session was provided, and at once where there is no `Behavior`.
 *
 * @param options - `session`: default, the first one provided; `property`: the name in data, default `'session'`
 * @returns what `Behavior()` returns, for `behaviors`
 * @example
 * ```ts
 * import { sessionBehavior } from 'rx-weapp-session';
 *
 * // wxml: <view wx:if="{{session.status === 'authenticated'}}">{{session.userId}}</view>
 * Component({ behaviors: [sessionBehavior()] });
 * ```
 */
export function sessionBehavior<P extends string = 'session'>({
  session,
  property = 'session' as P,
}: {
  readonly session?: Session | undefined;
  readonly property?: P | undefined;
} = {}) {
  if (typeof Behavior !== 'function') throw sessionError('not-configured', 'there is no Behavior here');
  const nobody = viewOf({ status: 'anonymous' });
  const mirrors = new WeakMap<object, Mirror>();

  const enter = (host: Host) => {
    const mirror = mirrors.get(host) || { view: nobody };
    mirrors.set(host, mirror);
    if (mirror.subscription) return;
    const { session$ } = session || injectSession();
    // First there, then filled: what is set may take the component away while it is being told.
    const subscription = (mirror.subscription = new Subscription());
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a session's state never errors
    const told = session$.subscribe((state) => {
      const view = viewOf(state);
      const names = Object.keys(view) as (keyof SessionView)[];
      const changed: Record<string, unknown> = {};
      names.forEach((name) => {
        if (view[name] !== mirror.view[name]) changed[`${property}.${name}`] = view[name];
      });
      mirror.view = view;
      if (Object.keys(changed).length) host.setData(changed);
    });
    subscription.add(told);
  };
  const leave = (host: Host) => {
    const mirror = mirrors.get(host);
    if (!mirror || !mirror.subscription) return;
    mirror.subscription.unsubscribe();
    mirror.subscription = undefined;
  };

  return Behavior({
    data: { [property]: nobody } as Record<Named<P>, SessionView>,
    lifetimes: {
      attached() {
        enter(this);
      },
      detached() {
        leave(this);
      },
    },
    pageLifetimes: {
      show() {
        enter(this);
      },
      hide() {
        leave(this);
      },
    },
  });
}
