import { answer, type Callbacks, type Refusal } from './callbacks';

export interface WxRequest extends Callbacks<WxResponse> {
  readonly url: string;
  readonly method?: string;
  readonly data?: unknown;
  readonly header?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly dataType?: string;
}

export interface WxResponse {
  readonly statusCode: number;
  readonly data: unknown;
  readonly header: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

export interface RequestTask {
  abort(): void;
}

const DEFAULT_TIMEOUT = 60_000;
const ABORTED: Refusal = { fail: 'abort' };
const TIMED_OUT: Refusal = { fail: 'timeout', errno: 5 };

/** How Chromium's network stack, which WeChat uses, calls what Node reports. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: '-102:net::ERR_CONNECTION_REFUSED',
  ECONNRESET: '-101:net::ERR_CONNECTION_RESET',
  ENOTFOUND: '-105:net::ERR_NAME_NOT_RESOLVED',
  UND_ERR_SOCKET: '-100:net::ERR_CONNECTION_CLOSED',
};

/** wx.request: every HTTP status is a success; a failure is what happens to the connection. */
export function request(options: WxRequest): RequestTask {
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(TIMED_OUT), options.timeout ?? DEFAULT_TIMEOUT);
  answer(
    'request',
    options,
    send(options, controller.signal).finally(() => clearTimeout(limit)),
  );
  return { abort: () => controller.abort(ABORTED) };
}

async function send(options: WxRequest, signal: AbortSignal): Promise<WxResponse | Refusal> {
  try {
    const { url, init } = fetchArguments(options);
    if (!URL.canParse(url)) return { fail: `invalid url "${url}"`, errno: 600009 };
    const response = await fetch(url, { ...init, signal });
    return {
      statusCode: response.status,
      data: readData(await response.text(), options.dataType ?? 'json'),
      header: Object.fromEntries(response.headers),
      cookies: response.headers.getSetCookie(),
    };
  } catch (error) {
    return signal.aborted ? (signal.reason as Refusal) : networkFailure(error);
  }
}

function fetchArguments({ url, method = 'GET', data, header = {} }: WxRequest): {
  url: string;
  init: RequestInit;
} {
  const headers = new Headers(header);
  const verb = method.toUpperCase();
  if (data === undefined || data === null) return { url, init: { method: verb, headers } };
  if (verb === 'GET' || verb === 'HEAD')
    return { url: withQuery(url, data), init: { method: verb, headers } };

  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  const isForm = headers.get('content-type')?.includes('x-www-form-urlencoded');
  const body = typeof data === 'string' ? data : isForm ? queryOf(data) : JSON.stringify(data);
  return { url, init: { method: verb, headers, body } };
}

function withQuery(url: string, data: unknown): string {
  const query = typeof data === 'string' ? data : queryOf(data);
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

function queryOf(data: unknown): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(data as object)) query.append(key, String(value));
  return query.toString();
}

/** wx parses what it can and hands over the text of what it cannot. */
function readData(text: string, dataType: string): unknown {
  if (dataType !== 'json') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function networkFailure(error: unknown): Refusal {
  const { cause } = error as { cause?: { code?: string } };
  return { fail: NETWORK_ERRORS[cause?.code ?? ''] ?? '-2:net::ERR_FAILED', errno: 600001 };
}
