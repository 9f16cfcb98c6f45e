import { userNamed } from '../../examples/wechat-server/identities';

/** Who is who: WeChat knows people by name, the backend by the userId that it gave them. */
export class People {
  private readonly namesById = new Map<string, string>();
  private readonly idsByName = new Map<string, string>();
  private readonly unsure: { readonly userId: string; readonly names: readonly string[] }[] = [];

  constructor(private readonly violation: (what: string) => void) {}

  /** An answer for this userId came to somebody who can only be of this name. */
  is(userId: string, name: string): void {
    const [otherName = name, otherId = userId] = [this.namesById.get(userId), this.idsByName.get(name)];
    if (otherName !== name) this.violation(`${name} was given the data of ${otherName}`);
    if (otherId !== userId) this.violation(`${name} is two users to the backend`);
    this.namesById.set(userId, otherName);
    this.idsByName.set(name, otherId);
  }

  /** An answer for this userId came to a phone that people of these names had: looked at in the end. */
  isOneOf(userId: string, names: readonly string[]): void {
    this.unsure.push({ userId, names: [...names] });
  }

  checkUnsure(): void {
    for (const { userId, names } of this.unsure) {
      const name = this.namesById.get(userId);
      if (name !== undefined && !names.includes(name))
        this.violation(`a phone of ${names.join()} got data of ${name}`);
    }
  }

  nameOf(userId: string): string | undefined {
    return this.namesById.get(userId);
  }
}

export const phoneNumberOf = (name: string): string => userNamed(name).phone;
