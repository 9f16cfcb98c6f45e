import { randomBytes } from 'node:crypto';

export type Redeemed<T> =
  { readonly verdict: 'good'; readonly value: T } | { readonly verdict: 'used' | 'invalid' };

interface IssuedCode<T> {
  readonly value: T;
  readonly issuedAt: number;
  used: boolean;
}

const FIVE_MINUTES = 5 * 60_000;

export class SingleUseCodes<T> {
  private readonly issued = new Map<string, IssuedCode<T>>();

  constructor(private readonly now: () => number) {}

  issue(value: T): string {
    const code = `0${randomBytes(15).toString('base64url')}0w`;
    this.issued.set(code, { value, issuedAt: this.now(), used: false });
    return code;
  }

  redeem(code: string, belongsHere: (value: T) => boolean): Redeemed<T> {
    const found = this.issued.get(code);
    if (!found || !belongsHere(found.value)) return { verdict: 'invalid' };
    if (found.used) return { verdict: 'used' };
    if (this.now() - found.issuedAt > FIVE_MINUTES) return { verdict: 'invalid' };
    found.used = true;
    return { verdict: 'good', value: found.value };
  }
}
