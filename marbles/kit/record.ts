import type { AuthPrompt } from 'rx-weapp-session';
import type { AppEvent } from './app';
import type { Call } from './call-log';
import { flat } from './flat';
import type { Entry, Reading } from './lane';
import type { Names } from './names';
import type { Pace } from './pace';
import { promptReading } from './prompts';
import { eventReading, stateReading, valueReading } from './readings';
import type { RecordedLane, RecordedMark, Recording } from './recording';
import type { Watched } from './streams';
import type { Deed } from './user';
import { inWords, isCredential, isResponse, reasonInWords } from './words';

/** Everything that was written down during a scenario. */
export interface Notes {
  readonly title: string;
  readonly pace: Pace;
  readonly names: Names;
  readonly calls: readonly Call[];
  readonly states: readonly Entry[];
  readonly events: readonly Entry[];
  readonly prompts: readonly Entry[];
  readonly deeds: readonly Deed[];
  readonly app: readonly AppEvent[];
  readonly streams: readonly Watched[];
}

/** Makes plain data of what was written down. */
export function record(notes: Notes): Recording {
  const { title, pace, names, calls } = notes;
  const letterIn = (value: unknown): string | undefined => {
    if (isCredential(value)) return names.letterOf(value.token);
    const { credential, previous } = (value || {}) as Partial<Record<string, unknown>>;
    return credential ? letterIn(credential) : previous ? letterIn(previous) : undefined;
  };

  /** What a call was answered with, as short as it can be said. */
  const answerOf = ({ result, answer }: Call): string | undefined => {
    if (result === 'failed') return reasonInWords(answer);
    if (isResponse(answer)) return String(answer.statusCode);
    const { code, authorize } = (answer || {}) as { code?: string; authorize?: { method: string } };
    return letterIn(answer) || code || (authorize && authorize.method);
  };

  const callMark = (call: Call): RecordedMark => {
    const { at, end, carried, name, result } = call;
    const isCode = name === 'backend.silentLogin' || name === 'backend.login';
    const credential = isCode || carried === 'n' ? letterIn(call.answer) : carried;
    const answer = answerOf(call);
    return {
      at,
      ...(end !== undefined && { end }),
      label: carried,
      text: name === 'request' ? inWords((call.detail as { url: string }).url) : name,
      ...(credential &&
        names.tokens().some((token) => names.letterOf(token) === credential) && { credential }),
      result,
      ...(answer !== undefined && { answer }),
    };
  };

  const entryMark =
    (reading: Reading) =>
    ({ at, kind, value }: Entry): RecordedMark => {
      if (kind === 'complete') return { at, label: '|', text: 'complete', ends: 'complete' };
      if (kind === 'error') return { at, label: '#', text: inWords(value), ends: 'error' };
      const text = reading.word(value);
      const credential = letterIn(value);
      return { at, label: reading.mark(value) || text, text, ...(credential && { credential }) };
    };

  const promptMarks = notes.prompts
    .map(({ at, value }, index): RecordedMark | undefined => {
      if (!value) return undefined;
      const { method } = value as AuthPrompt;
      const gone = notes.prompts[index + 1] as Entry | undefined;
      return { at, ...(gone && { end: gone.at }), label: promptReading.mark(value) || method, text: method };
    })
    .filter((mark): mark is RecordedMark => mark !== undefined);

  const kindOf = (name: string): RecordedLane['kind'] =>
    name === 'request' ? 'request' : name.startsWith('backend.') ? 'backend' : 'platform';
  const lane = (name: string, kind: RecordedLane['kind'], marks: readonly RecordedMark[]): RecordedLane => ({
    name,
    kind,
    marks,
  });
  const callLanes = flat(
    (['platform', 'backend', 'request'] as const).map((kind) =>
      [...new Set(calls.map(({ name }) => name))]
        .filter((name) => kindOf(name) === kind)
        .map((name) => lane(name, kind, calls.filter((call) => call.name === name).map(callMark))),
    ),
  );

  const deed = ({ at, deed: label }: AppEvent): RecordedMark => ({ at, label, text: label });
  const lanes = [
    lane('app', 'app', notes.app.map(deed)),
    lane('user', 'user', notes.deeds.map(deed)),
    lane('prompt$', 'prompt', promptMarks),
    ...callLanes,
    lane('session$', 'session', notes.states.map(entryMark(stateReading(names)))),
    lane('event$', 'event', notes.events.map(entryMark(eventReading))),
    ...notes.streams.map(({ name, entries }) =>
      lane(name, 'stream', entries.map(entryMark(valueReading(names)))),
    ),
  ].filter(({ marks }) => marks.length);
  const times = flat(lanes.map(({ marks }) => flat(marks.map(({ at, end = at }) => [at, end]))));
  return {
    title,
    pace,
    end: times.reduce((last, time) => Math.max(last, time), 0),
    lanes,
  };
}
