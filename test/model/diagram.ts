import { isSessionError } from 'rx-weapp-session';
import type { SessionState } from 'rx-weapp-session';
import type { Entry } from './trace';

/** Where an entry is drawn, with which marble, and what it says. */
interface Drawn {
  readonly lane: string;
  readonly marble: string;
  readonly text: string;
}

const errorText = (error: unknown): string => (isSessionError(error) ? error.code : String(error));

function stateText(state: SessionState): string {
  const error = 'error' in state && state.error ? ` !${state.error.code}` : '';
  if (state.status === 'authenticated') return `${state.credential.token}${error}`;
  if (state.status === 'expired') return `expired ${state.previous.token}${error}`;
  return state.status === 'authenticating' ? state.stage : `anonymous${error}`;
}

function valueText(value: unknown): string {
  const { token, statusCode } = (value ?? {}) as { token?: string; statusCode?: number };
  return token ?? String(statusCode ?? value);
}

const STATES = { anonymous: 'a', authenticating: 's', authenticated: 'c', expired: 'x' };

/** The lanes are those of marble diagrams: `^` subscribes, `|` completes, `#` errors, `!` unsubscribes. */
function draw(entry: Entry): Drawn | undefined {
  const by = (lane: string, marble: string, text: string): Drawn => ({ lane, marble, text });
  switch (entry.what) {
    case 'step':
      return by('schedule', '*', entry.text);
    case 'stored':
      return by('store', 'r', `holds ${entry.credential.token}`);
    case 'call':
      return by(`caller ${entry.caller}`, '^', `${entry.spec.via} ${entry.spec.mode}`);
    case 'value':
      return by(`caller ${entry.caller}`, 'v', valueText(entry.value));
    case 'settled':
      return entry.error === undefined
        ? by(`caller ${entry.caller}`, '|', 'completes')
        : by(`caller ${entry.caller}`, '#', errorText(entry.error));
    case 'left':
      return by(`caller ${entry.caller}`, '!', 'leaves');
    case 'ask': {
      const whose = entry.caller === undefined ? '' : ` of caller ${entry.caller}`;
      const sent = entry.kind === 'request' ? ` with ${entry.token ?? 'nothing'}` : '';
      return by(entry.kind, '^', `#${entry.question}${whose}${sent}`);
    }
    case 'answer':
      return by(entry.kind, 'v', `#${entry.question} ${entry.said} ${entry.credential?.token ?? ''}`);
    case 'given up':
      return by(entry.kind, '!', `#${entry.question} given up`);
    case 'state':
      return by(`session$ ${entry.observer}`, STATES[entry.state.status], stateText(entry.state));
    case 'observed':
      return by(`session$ ${entry.observer}`, '^', 'observer comes');
    case 'unobserved':
      return by(`session$ ${entry.observer}`, '!', 'observer goes');
    case 'prompt':
      return entry.prompt === null
        ? by('prompt$', 'o', 'none')
        : by('prompt$', 'p', `prompt ${entry.prompt}: ${entry.method ?? ''}`);
    case 'replied':
      return by('prompt$', 'v', `the user ${entry.said}`);
    case 'event':
      return by('event$', 'e', [entry.event.type, entry.event.error?.code].filter(Boolean).join(' '));
    case 'logout':
      return by('logout', '^', entry.forget ? 'forget' : '');
    case 'logout returned':
      return by('logout', 'v', stateText(entry.snapshot));
    case 'logout done':
      return by('logout', '|', 'done');
    case 'invalidate':
      return by('schedule', 'i', `invalidate ${entry.token}`);
    case 'dispose':
      return by('schedule', '|', 'dispose');
    case 'shown':
    case 'jump':
    case 'completed':
      return;
    case 'end':
      return by('schedule', '#', `ends as ${stateText(entry.snapshot)}`);
    case 'over':
      return;
  }
}

/**
 * Draws a trace as a marble diagram: a lane for each party, a column for each thing that happened, in order; what
 * the columns are is listed below, with the virtual time in ms.
 */
export function diagram(trace: readonly Entry[]): string {
  const columns = trace.flatMap((entry) => {
    const drawn = draw(entry);
    return drawn ? [{ at: entry.at, ...drawn }] : [];
  });
  const lanes = [...new Set(columns.map(({ lane }) => lane))];
  const width = Math.max(...lanes.map(({ length }) => length));
  const marbles = lanes.map(
    (name) =>
      `${name.padEnd(width)}  ${columns.map(({ lane, marble }) => (lane === name ? marble : '-')).join('')}`,
  );
  const legend = columns.map(({ at, lane, marble, text }, column) =>
    [String(column + 1).padStart(4), `${at} ms`.padStart(11), lane.padEnd(width), marble, text].join('  '),
  );
  return [...marbles, '', ...legend].join('\n');
}
