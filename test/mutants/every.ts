import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

// What looks at the packed files, the documents and the examples, or takes long for what others find too.
const OTHERS =
  /^(app-service|commands|docs|guide|herd|home-page|packaging|structure|types|walkthrough)\.spec\.ts$/;

const specsIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.spec.ts') && !OTHERS.test(file))
    .map((file) => `${folder}/${file}`);

// The slowest come last: most mutants are killed before them.
const LAST = ['marbles/kit.spec.ts', 'test/http-backend.spec.ts'];
const specs = ['marbles', 'test'].flatMap(specsIn);
specs.sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));

// In a describe of its own each, for its hooks.
for (const spec of specs)
  describe(spec, () => {
    jest.requireActual(join(root, spec));
  });
