import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The flags of a command; where they are wrong, or help is asked for, the command ends here. */
export function readFlags<Options extends NonNullable<ParseArgsConfig['options']>>(
  help: string,
  options: Options,
) {
  if (process.argv.includes('--help')) {
    console.log(help);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    refuseFlags(help, error instanceof Error ? error.message : 'wrong flags');
  }
}

/** Ends the command, saying what is wrong with its flags and what they are. */
export function refuseFlags(help: string, message: string): never {
  console.error(`${message}\n\n${help}`);
  process.exit(1);
}

/** The value of `--port`; 0 is any that is free. */
export const portNumber = (help: string, text: string): number => wholeNumber(help, 'port', text, 0, 65535);

/** The flag's value as a whole number from `least` to `most`. */
export function wholeNumber(help: string, name: string, text: string, least = 0, most = Infinity): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const bounds = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
  return refuseFlags(help, `--${name} must be a whole number, ${bounds}, not "${text}"`);
}
