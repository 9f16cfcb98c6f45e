import { parse, View } from 'vega';
import { compile } from 'vega-lite';

export interface Bar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
}

const WIDTH = 640;
const STEP = 13;

const toSvg = (spec: object): Promise<string> =>
  new View(parse(compile({ background: 'white', ...spec }).spec), { renderer: 'none' }).toSVG();

/** Horizontal bars, in groups; `log` where the values differ by powers of ten. */
export function bars(title: string, axis: string, values: readonly Bar[], log = false): Promise<string> {
  const groups = [...new Set(values.map(({ group }) => group))];
  const names = [...new Set(values.map(({ name }) => name))];
  return toSvg({
    title,
    data: { values },
    width: WIDTH,
    height: groups.length * (names.length + 1) * STEP,
    mark: { type: 'bar', tooltip: true },
    encoding: {
      y: { field: 'group', type: 'nominal', sort: groups, title: null, axis: { labelLimit: 260 } },
      yOffset: { field: 'name', sort: names },
      x: { field: 'value', type: 'quantitative', title: axis, ...(log && { scale: { type: 'symlog' } }) },
      color: { field: 'name', type: 'nominal', sort: names, title: null },
    },
  });
}

/** Lines over a logarithmic x axis. */
export function lines(title: string, x: string, y: string, values: readonly Bar[]): Promise<string> {
  const names = [...new Set(values.map(({ name }) => name))];
  return toSvg({
    title,
    data: { values: values.map(({ group, name, value }) => ({ x: Number(group), name, value })) },
    width: WIDTH,
    height: 300,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: x, scale: { type: 'log' } },
      y: { field: 'value', type: 'quantitative', title: y, scale: { type: 'log' } },
      color: { field: 'name', type: 'nominal', sort: names, title: null },
    },
  });
}
