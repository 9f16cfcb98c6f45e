import type { Random } from '../random';

/** What the proxy does to one request. */
export type Fault =
  | { readonly kind: 'none' }
  /** Slower, within every time limit. */
  | { readonly kind: 'delay'; readonly ms: number; readonly of: 'request' | 'answer' }
  /** Slower than the time limit of an exchange. */
  | { readonly kind: 'late'; readonly ms: number; readonly of: 'request' | 'answer' }
  /** The connection ends before the server heard of it. */
  | { readonly kind: 'drop-request' }
  /** The server did its work, and the connection ends before the first byte of the answer. */
  | { readonly kind: 'drop-answer' }
  /** Half of the answer arrives. */
  | { readonly kind: 'truncate' }
  | { readonly kind: 'status'; readonly status: 429 | 500 | 503; readonly retryAfter?: string };

export type FaultKind = Fault['kind'];

export const FAULT_KINDS: readonly FaultKind[] = [
  'none',
  'delay',
  'late',
  'drop-request',
  'drop-answer',
  'truncate',
  'status',
];

/** How often each fault comes, in percent; what is left goes through. */
export type FaultRates = Readonly<Record<FaultKind, number>>;

/** Between mini-programs and backend. */
export const BACKEND_FAULTS: FaultRates = {
  none: 77,
  delay: 12,
  late: 0.5,
  'drop-request': 2.5,
  'drop-answer': 2.5,
  truncate: 1.5,
  status: 4,
};

/** Between everybody and WeChat, which is steadier. */
export const WECHAT_FAULTS: FaultRates = {
  none: 92,
  delay: 5,
  late: 0.2,
  'drop-request': 0.8,
  'drop-answer': 0.8,
  truncate: 0.2,
  status: 1,
};

const SHORT = [5, 250] as const;
const LONG = [4100, 6500] as const;

/** 30 s is more than the client waits; an HTTP date has no fraction of a second. */
const retryAfter = (random: Random, now: number): string | undefined =>
  random.pick([undefined, '0', '1', '1', '30', new Date(now + 1500).toUTCString()]);

export function drawFault(random: Random, rates: FaultRates, now: number): Fault {
  const kind = random.weighted(rates);
  switch (kind) {
    case 'delay':
      return { kind, ms: random.between(...SHORT), of: random.pick(['request', 'answer']) };
    case 'late':
      return { kind, ms: random.between(...LONG), of: random.pick(['request', 'answer']) };
    case 'status': {
      const status = random.pick([429, 429, 500, 503] as const);
      const wait = status === 500 ? undefined : retryAfter(random, now);
      return { kind, status, ...(wait !== undefined && { retryAfter: wait }) };
    }
    case 'none':
    case 'drop-request':
    case 'drop-answer':
    case 'truncate':
      return { kind };
  }
}
