import { TmplGroup } from 'glass-easel-template-compiler';
import { problemAt, ProjectError, type Problem } from './problem';

/** What glass-easel's compiler says of a template; lines and columns from 0. */
interface Finding {
  readonly level: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

/**
 * Compiles templates with glass-easel's compiler.
 *
 * @param templates - paths without .wxml
 * @returns JavaScript: an expression that gives the templates by path
 * @throws ProjectError for what WeChat's older compiler, wcc, refuses too: unclosed tags, which are warnings here
 */
export function compileTemplates(texts: ReadonlyMap<string, string>, templates: readonly string[]): string {
  const group = new TmplGroup();
  try {
    const problems = templates.flatMap((path) => {
      const text = texts.get(`${path}.wxml`) ?? '';
      const findings = group.addTmpl(path, text) as readonly Finding[];
      return findings
        .filter(({ level }) => level !== 'Note')
        .map((finding) => problemOf(path, text, finding));
    });
    if (problems.length > 0) throw new ProjectError(problems);
    for (const [path, text] of texts)
      if (path.endsWith('.wxs')) group.addScript(path.replace(/\.wxs$/, ''), text);
    return group.getTmplGenObjectGroups();
  } finally {
    group.free();
  }
}

function problemOf(path: string, text: string, { message, startLine, startColumn }: Finding): Problem {
  return problemAt(`${path}.wxml`, text, { line: startLine + 1, column: startColumn + 1 }, message);
}
