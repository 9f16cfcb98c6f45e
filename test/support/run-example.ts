import ts from 'typescript';

/** Runs an example of a document as a CommonJS module that sees these names. */
export function runExample(code: string, names: Readonly<Record<string, unknown>>): void {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what node:vm compiles has arrays of another realm than jest's
  const run: unknown = new Function('exports', ...Object.keys(names), outputText);
  (run as (exported: object, ...given: readonly unknown[]) => void)({}, ...Object.values(names));
}
