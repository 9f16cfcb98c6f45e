// A caller's fault, answered with status 400 in the shape of a failed wx call.
export class BadParameter extends Error {}

export class Parameters {
  constructor(private readonly values: ReadonlyMap<string, unknown>) {}

  text(name: string): string {
    const value = this.values.get(name);
    if (typeof value !== 'string' || value === '')
      throw new BadParameter(`fail ${name} must be a non-empty string`);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.values.has(name) ? this.text(name) : undefined;
  }

  number(name: string): number {
    const value = Number(this.values.get(name));
    if (!this.values.has(name) || !Number.isFinite(value))
      throw new BadParameter(`fail ${name} must be a number`);
    return value;
  }

  optionalNumber(name: string): number | undefined {
    return this.values.has(name) ? this.number(name) : undefined;
  }
}
