import type { MiniProgramCode } from '../shared/mini-program-code';
import { isCommand } from '../shared/messages';
import { Device } from './device';
import type { Templates } from './framework';
import { runMiniProgram } from './mini-program';
import { Problems, type CompileProblem } from './problems';

declare global {
  /** Called by /project.js: with the compiled mini-program, or with what is wrong with it. */
  var startMiniProgram: (code: MiniProgramCode, templates: Templates) => void;
  var showCompileProblems: (problems: readonly CompileProblem[]) => void;
}

const device = new Device(world, new URLSearchParams(location.search));
const problems = new Problems(device);

window.addEventListener('message', ({ data, origin }) => {
  if (origin !== location.origin || !isCommand(data)) return;
  const { command } = data;
  if (command.kind === 'set') device.set(command.conditions);
  else window.dispatchEvent(new CustomEvent('burst', { detail: command.count }));
});

globalThis.startMiniProgram = (code, templates) => {
  device.tell({ kind: 'phone', text: 'launch' });
  device.set({});
  problems.setMaps(code.maps);
  problems.attempt(() => runMiniProgram(code, templates, device, problems));
};
globalThis.showCompileProblems = (found) => problems.showCompileProblems(found);
