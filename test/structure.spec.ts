import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const root = join(__dirname, '..');

const files = ['src', 'operators'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const importsOf = (file: string): string[] =>
  preProcessFile(read(file))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => resolve(root, dirname(file), name))
    .map((path) => relative(root, existsSync(`${path}.ts`) ? `${path}.ts` : join(path, 'index.ts')));

/** Files in cycles, and those that lead there: what is left when whoever imports none of the rest is gone. */
function inCycles(graph: Readonly<Record<string, readonly string[]>>): string[] {
  const names = Object.keys(graph);
  const left = names.filter((name) => graph[name].length);
  if (left.length === names.length) return left;
  return inCycles(
    Object.fromEntries(left.map((name) => [name, graph[name].filter((other) => left.includes(other))])),
  );
}

test('no two files of src and operators need each other, not for a type either', () => {
  const graph = Object.fromEntries(files.map((file) => [file, importsOf(file)]));
  expect(graph['src/index.ts']).toContain('src/session.ts');
  expect(inCycles(graph)).toEqual([]);
});

test('the flow that CONTRIBUTING.md lists goes one way: no import goes back up', () => {
  const [, list] = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split('## Reading `src/`');
  const rows = Array.from(list.matchAll(/^\| (\w+) \| (.*) \|$/gm), ([, name, cell]) => ({
    name,
    places: Array.from(cell.matchAll(/`([\w/-]+(?:\.ts|\/))`/g), ([, place]) => place),
  })).filter(({ places }) => places.length);
  expect(rows.map(({ name }) => name)).toEqual([
    'request',
    'operator',
    'session',
    'mode',
    'flight',
    'stage',
    'edge',
    'state',
  ]);
  const rowOf = (file: string) => {
    const name = file.replace(/^src\//, '');
    return rows.findIndex(({ places }) =>
      places.some((place) => (place.endsWith('/') ? name.startsWith(place) : name === place)),
    );
  };
  const up = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => rowOf(imported) >= 0 && rowOf(imported) < rowOf(file))
      .map((imported) => `${file} -> ${imported}`),
  );
  const listed = rows.flatMap(({ places }) => places);
  expect(listed.filter((place) => !files.some((file) => file.includes(place)))).toEqual([]);
  expect(up).toEqual([]);
});

test('a field of the room is set by the file alone that room.ts names for it', () => {
  const owners: Record<string, string> = {};
  let owner = '';
  for (const line of read('src/room.ts').split('interface Room ')[1].split('\n')) {
    owner = /^ {2}\/\/ ([\w-]+\.ts)$/.exec(line)?.[1] ?? owner;
    const field = /^ {2}(?:readonly )?([\w$]+)\??:/.exec(line)?.[1];
    if (field) owners[field] = `src/${owner}`;
  }
  const set = files.flatMap((file) =>
    Array.from(
      read(file).matchAll(/(?:(?:\+\+|--)room\.([\w$]+)|\broom\.([\w$]+)(?: [-+*|&?]*= |\+\+|--))/g),
      (found) => ({
        field: found[1] ?? found[2],
        file,
      }),
    ),
  );
  expect(set).toContainEqual({ field: 'lastId', file: 'src/prompts.ts' });
  expect(set.filter(({ field, file }) => owners[field] !== file)).toEqual([]);
});

test('each name that the minifier shortens is a name of src', () => {
  const { minify } = JSON.parse(read('package.json')) as {
    readonly minify: { readonly mangle: { readonly properties: { readonly regex: string } } };
  };
  const names = minify.mangle.properties.regex.slice('^('.length, -')$'.length).replace(/\\/g, '').split('|');
  const source = files.map(read).join('\n');
  expect(names.length).toBeGreaterThan(30);
  expect(
    names.filter((name) => !new RegExp(`\\b${name.replace('$', '\\$')}(?![\\w$])`).test(source)),
  ).toEqual([]);
});
