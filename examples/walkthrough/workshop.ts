import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packForMiniProgram } from '../app-service/pack';
import type { Source } from './mini-program';
import { packageRoot } from './package-root';

/** A temporary folder for the database and the mini-programs. It goes with this process, however that ends. */
export class Workshop {
  private readonly folder = mkdtempSync(join(tmpdir(), 'walkthrough-'));
  private packing: Promise<void> | undefined;

  constructor() {
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** The bundler is a process of its own, which would write into the folder after its end. */
  async settled(): Promise<void> {
    await this.packing?.catch(() => undefined);
  }

  get database(): string {
    return join(this.folder, 'backend.db');
  }

  /** Packs the built library as "build npm" does. */
  async pack(): Promise<void> {
    if (!existsSync(join(packageRoot, 'miniprogram_dist'))) throw new Error('run `npm run build` first');
    await (this.packing = packForMiniProgram({ packageRoot, into: this.packed }));
  }

  /** The folder of one mini-program: app.js, its config, and the packed library. */
  miniProgram(source: Source, baseUrl: string): string {
    const root = join(this.folder, source);
    if (existsSync(root)) return root;
    mkdirSync(root);
    cpSync(join(__dirname, 'app'), root, { recursive: true });
    cpSync(this.packed, root, { recursive: true });
    writeFileSync(join(root, 'config.js'), `module.exports = ${JSON.stringify({ source, baseUrl })};\n`);
    return root;
  }

  /** A message without this machine's paths. */
  clean(message: string): string {
    return message.replaceAll(packageRoot, '.').replaceAll(tmpdir(), '<temp>');
  }

  private get packed(): string {
    return join(this.folder, 'packed');
  }
}
