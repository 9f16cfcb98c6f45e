import {
  animationFrameScheduler,
  auditTime,
  filter,
  fromEvent,
  interval,
  map,
  merge,
  scan,
  share,
  startWith,
  withLatestFrom,
} from 'rxjs';
import { byId, h } from '../shared/dom';
import { isReport, type Command, type Report } from '../shared/messages';
import '../shared/world';
import { drawDiagram } from './diagram';
import { Knobs } from './knobs';
import { Log } from './log';
import { showState } from './state-line';
import { isBusy, NOTHING, told, type Timeline } from './timeline';

const phone = byId('phone') as HTMLIFrameElement;
const paper = byId('paper');
const log = new Log(byId('log'));

const knobs = new Knobs({
  command: (command: Command) => phone.contentWindow?.postMessage({ command }, location.origin),
  control: async (name) => {
    await fetch(`/control/${name}`, { method: 'POST' });
  },
});

const report$ = fromEvent<MessageEvent<unknown>>(window, 'message').pipe(
  filter(({ source, origin }) => source === phone.contentWindow && origin === location.origin),
  map(({ data }) => data),
  filter(isReport),
  map(({ report }): Report => report),
  share(),
);

const timeline$ = report$.pipe(scan(told, NOTHING), startWith(NOTHING), share());

report$.pipe(withLatestFrom(timeline$)).subscribe(([report, { credentials }]) => {
  if (report.kind === 'conditions') knobs.show(report.conditions);
  log.tell(
    report,
    (credential) => `credential ${credentials.indexOf(credential) + 1 || credentials.length + 1}`,
  );
});

// What is in flight grows, and a credential's time runs out, without anybody telling.
const tick$ = interval(250).pipe(
  withLatestFrom(timeline$),
  map(([, timeline]) => timeline),
);
merge(timeline$.pipe(auditTime(0, animationFrameScheduler)), tick$.pipe(filter(isBusy))).subscribe(draw);
tick$.subscribe(({ states, credentials }) => showState(states.at(-1), credentials, Date.now()));

function draw(timeline: Timeline): void {
  const { states, credentials } = timeline;
  showState(states.at(-1), credentials, Date.now());
  if (states.length === 0 && timeline.marks.length === 0) return;
  const now = isBusy(timeline) ? performance.timeOrigin + performance.now() : lastMoment(timeline);
  const { svg, heads } = drawDiagram(timeline, now);
  const follows = paper.scrollLeft + paper.clientWidth > paper.scrollWidth - 40;
  paper.replaceChildren(svg);
  if (follows) paper.scrollLeft = paper.scrollWidth;
  byId('heads').replaceChildren(
    ...heads.map(({ name, note, y, height }) =>
      h('div', { style: `top:${y}px;height:${height}px` }, h('b', {}, name), h('small', {}, note)),
    ),
  );
  byId('legend').replaceChildren(
    ...credentials.map((_, index) =>
      h('li', { style: `--colour:var(--c${(index % 6) + 1})` }, `credential ${index + 1}`),
    ),
    h('li', { style: '--colour:var(--guest)' }, 'none'),
  );
}

const lastMoment = ({ states, spans, prompts, marks }: Timeline): number =>
  Math.max(
    ...states.map(({ at }) => at),
    ...marks.map(({ at }) => at),
    ...spans.map(({ end = 0 }) => end),
    ...prompts.map(({ end = 0 }) => end),
  );

// Which mini-program, whose phone.

const asked = new URLSearchParams(location.search);
const visitor = { app: asked.get('app') ?? 'shop', user: asked.get('user') ?? 'xiaoman' };
let visitors = 0;

function start(): void {
  const { offline, delay } = knobs.lasting;
  const query = new URLSearchParams({ ...visitor, offline: String(offline), delay: String(delay) });
  phone.src = `/phone.html?${query.toString()}`;
}

const apps = byId('app') as HTMLSelectElement;
apps.append(
  ...Object.entries(world.apps).map(([source, { asks }]) =>
    h('option', { value: source }, `${source}: ${asks || 'asks nothing'}`),
  ),
);
apps.value = visitor.app;
apps.addEventListener('change', () => {
  visitor.app = apps.value;
  start();
});
byId('cold').addEventListener('click', start);
byId('visitor').addEventListener('click', () => {
  visitor.user = `visitor ${++visitors}`;
  start();
});
byId('handle').addEventListener('click', () => {
  const open = document.body.classList.toggle('open');
  byId('handle').setAttribute('aria-expanded', String(open));
});
start();
