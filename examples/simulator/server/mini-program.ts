import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { packForMiniProgram } from '../../app-service/pack';
import { compileForPhone } from '../compile/payload';
import { ProjectError } from '../compile/problem';
import { readProject } from '../compile/project';

/** The mini-program on its way to the phone: its npm built once, the rest compiled whenever a phone starts it. */
export class MiniProgram {
  private readonly packed = mkdtempSync(join(tmpdir(), 'simulator-npm-'));

  constructor(
    private readonly folder: string,
    private readonly packageRoot: string,
  ) {
    process.on('exit', () => rmSync(this.packed, { recursive: true, force: true }));
  }

  /** "Build npm". */
  async pack(): Promise<void> {
    if (!existsSync(join(this.packageRoot, 'miniprogram_dist'))) throw new Error('run `npm run build` first');
    await packForMiniProgram({ packageRoot: this.packageRoot, into: this.packed });
  }

  /** A script for the phone: the mini-program, or what is wrong with it. */
  async script(): Promise<string> {
    try {
      return compileForPhone(await readProject([this.packed, this.folder]));
    } catch (error) {
      if (!(error instanceof ProjectError)) throw error;
      return `showCompileProblems(${JSON.stringify(error.problems)});\n`;
    }
  }

  /** Where a picture of the project is; only what lies below its folder. */
  asset(path: string): string | undefined {
    const file = join(this.folder, path);
    return file.startsWith(join(this.folder, sep)) && existsSync(file) ? file : undefined;
  }
}
