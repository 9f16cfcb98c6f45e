import type {
  CallLane,
  EventReport,
  PhoneReport,
  ProblemReport,
  PromptReport,
  Report,
  StateReport,
} from '../shared/messages';

/** A call that takes time; without an end it is in flight. */
export interface Span {
  readonly id: string;
  readonly lane: CallLane;
  readonly text: string;
  readonly start: number;
  readonly end?: number;
  readonly result?: string;
  readonly bad?: boolean;
  readonly quiet?: boolean;
  /** What it carried. */
  readonly credential?: string;
  /** What it gave. */
  readonly gives?: string;
}

/** A prompt, from its question to its end. */
export interface PromptSpan {
  readonly id: number;
  readonly method: string;
  readonly start: number;
  readonly end?: number;
}

/** Everything that the phone told, in order. Immutable. */
export interface Timeline {
  readonly states: readonly StateReport[];
  readonly prompts: readonly PromptSpan[];
  readonly spans: readonly Span[];
  readonly marks: readonly (EventReport | PhoneReport | ProblemReport)[];
  /** Credentials in the order in which they turned up: their numbers, and their colours. */
  readonly credentials: readonly string[];
}

export const NOTHING: Timeline = { states: [], prompts: [], spans: [], marks: [], credentials: [] };

/** So many things are kept of each kind. */
const KEPT = 400;

const add = <T>(all: readonly T[], one: T): readonly T[] => [...all.slice(1 - KEPT), one];

export function told(timeline: Timeline, report: Report): Timeline {
  switch (report.kind) {
    case 'state':
      return named({ ...timeline, states: add(timeline.states, report) }, report.credential);
    case 'prompt':
      return { ...timeline, prompts: withPrompt(timeline.prompts, report) };
    case 'call': {
      const { id, lane, text, at: start, credential, quiet } = report;
      const span = { id, lane, text, start, ...(credential && { credential }), ...(quiet && { quiet }) };
      return named({ ...timeline, spans: add(timeline.spans, span) }, credential);
    }
    case 'done': {
      const { id, at: end, text: result, bad, credential: gives } = report;
      const spans = timeline.spans.map((span) =>
        span.id === id ? { ...span, end, result, bad, ...(gives && { gives }) } : span,
      );
      return named({ ...timeline, spans }, gives);
    }
    case 'phone':
      // What a phone that starts anew had in flight never ends.
      return {
        ...(report.text === 'launch' ? cut(timeline, report.at) : timeline),
        marks: add(timeline.marks, report),
      };
    case 'event':
    case 'problem':
      return { ...timeline, marks: add(timeline.marks, report) };
    case 'conditions':
      return timeline;
  }
}

function named(timeline: Timeline, credential: string | undefined): Timeline {
  const { credentials } = timeline;
  if (credential === undefined || credentials.includes(credential)) return timeline;
  return { ...timeline, credentials: [...credentials, credential] };
}

function withPrompt(prompts: readonly PromptSpan[], { at, open }: PromptReport): readonly PromptSpan[] {
  if (open && prompts.some(({ id, end }) => id === open.id && end === undefined)) return prompts;
  const closed: readonly PromptSpan[] = prompts.map((prompt) => ({ ...prompt, end: prompt.end ?? at }));
  if (!open) return closed;
  const method = open.scope === undefined ? open.method : `${open.method} ${open.scope}`;
  return add(closed, { id: open.id, method, start: at });
}

const cut = (timeline: Timeline, at: number): Timeline => ({
  ...timeline,
  prompts: timeline.prompts.map((prompt) => ({ ...prompt, end: prompt.end ?? at })),
  spans: timeline.spans.map((span) =>
    span.end === undefined ? { ...span, end: at, result: 'lost at restart', bad: true } : span,
  ),
});

export const isBusy = ({ spans, prompts, states }: Timeline): boolean =>
  spans.some(({ end }) => end === undefined) ||
  prompts.some(({ end }) => end === undefined) ||
  states.at(-1)?.status === 'authenticating';
