import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../examples/walkthrough/package-root';

/** What a command found out: its Markdown, and its plots by file name. */
export interface Report {
  readonly markdown: string;
  readonly plots: Readonly<Record<string, string>>;
}

/** Writes a report into docs/, and its plots into docs/plots/. */
export function writeReport(name: string, { markdown, plots }: Report): void {
  const docs = join(packageRoot, 'docs');
  mkdirSync(join(docs, 'plots'), { recursive: true });
  writeFileSync(join(docs, `${name}.md`), markdown);
  for (const [plot, svg] of Object.entries(plots)) writeFileSync(join(docs, 'plots', plot), svg);
}
