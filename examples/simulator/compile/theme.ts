import { ProjectError, type Problem } from './problem';
import type { AppJson, ComponentJson, Themed } from '../browser/shared/mini-program-code';

type Variables = Readonly<Record<string, string>>;
/** theme.json: the same variables, for each scheme. */
export interface Theme {
  readonly light: Variables;
  readonly dark: Variables;
}

/**
 * Puts in the theme's values where a configuration names one as `@name`.
 *
 * @param file - the configuration, as problems name it
 * @throws ProjectError where the theme has no such variable
 */
export function withTheme<T extends AppJson | ComponentJson>(file: string, json: T, theme: Theme): T {
  const problems: Problem[] = [];

  const valueOf = (reference: string): Themed => {
    const name = reference.slice(1);
    const { [name]: light } = theme.light;
    const { [name]: dark } = theme.dark;
    if (light === undefined || dark === undefined)
      problems.push({ file, message: `"${reference}" is not in both halves of the theme` });
    return { light, dark };
  };
  const themed = JSON.parse(JSON.stringify(json), (key, value: unknown) =>
    typeof value === 'string' && value.startsWith('@') && THEMED.includes(key) ? valueOf(value) : value,
  ) as T;
  if (problems.length > 0) throw new ProjectError(problems);
  return themed;
}

/** WeChat's list of what can be a variable. */
const THEMED = [
  'navigationBarBackgroundColor',
  'navigationBarTextStyle',
  'backgroundColor',
  'backgroundTextStyle',
  'backgroundColorTop',
  'backgroundColorBottom',
  'color',
  'selectedColor',
  'borderStyle',
  'iconPath',
  'selectedIconPath',
];
