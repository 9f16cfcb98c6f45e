import { posix } from 'node:path';
import { CssSyntaxError, parse, type Root } from 'postcss';
import selectorParser from 'postcss-selector-parser';
import { problemAt, ProjectError } from './problem';

/**
 * Compiles a WXSS file to CSS: `rpx`, `vh` and safe areas become variables of the phone, tags become WeChat's `wx-` elements, imports
 * are put in place.
 *
 * @param scope - prefixed to the classes of a component with a style of its own
 * @throws ProjectError
 */
export function compileWxss(file: string, texts: ReadonlyMap<string, string>, scope?: string): string {
  const root = withImports(file, texts, []);
  root.walkDecls((declaration) => {
    declaration.value = declaration.value
      .replace(/(-?\d*\.?\d+)rpx\b/g, 'calc(var(--rpx) * $1)')
      .replace(/(-?\d*\.?\d+)vh\b/g, 'calc(var(--vh) * $1)')
      .replace(/(?:env|constant)\((safe-area-inset-\w+)/g, 'var(--$1');
  });
  root.walkRules((rule) => {
    if (rule.parent?.type === 'atrule' && /keyframes$/.test((rule.parent as { name?: string }).name ?? ''))
      return;
    rule.selector = selectorParser((selectors) => {
      selectors.walkTags((tag) => void (tag.value = `wx-${tag.value}`));
      selectors.walkPseudos((pseudo) => {
        if (pseudo.value === ':host') pseudo.replaceWith(selectorParser.attribute(hostAttribute(scope)));
      });
      if (scope !== undefined) selectors.walkClasses((name) => void (name.value = `${scope}--${name.value}`));
    }).processSync(rule.selector);
  });
  return root.toString();
}

/** How the phone marks a component's host. */
export const HOST_ATTRIBUTE = 'wx-host';

const hostAttribute = (scope = '') =>
  ({ attribute: HOST_ATTRIBUTE, operator: '=', value: scope, raws: {} }) as const;

function withImports(file: string, texts: ReadonlyMap<string, string>, importers: readonly string[]): Root {
  const text = texts.get(file) ?? '';
  const root = parseCss(file, text);
  root.walkAtRules('import', (rule) => {
    const named = rule.params.replace(/^["']|["']$/g, '');
    const path = named.startsWith('/') ? named.slice(1) : posix.join(posix.dirname(file), named);
    const place = rule.source?.start ?? { line: 1, column: 1 };
    if (!texts.has(path) || importers.includes(path))
      throw new ProjectError([problemAt(file, text, place, `cannot import "${named}"`)]);
    rule.replaceWith(withImports(path, texts, [...importers, file]).nodes);
  });
  return root;
}

function parseCss(file: string, text: string): Root {
  try {
    return parse(text, { from: file });
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    const { line = 1, column = 1, reason } = error;
    throw new ProjectError([problemAt(file, text, { line, column }, reason)]);
  }
}
