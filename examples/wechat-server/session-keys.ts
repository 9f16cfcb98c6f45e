import { randomBytes } from 'node:crypto';

const newKey = () => randomBytes(16).toString('base64');

// WeChat keeps one session_key per user of an app.
export class SessionKeys {
  private readonly keys = new Map<string, string>();

  rotate(openid: string): void {
    this.keys.set(openid, newKey());
  }

  current(openid: string): string {
    const key = this.keys.get(openid) ?? newKey();
    this.keys.set(openid, key);
    return key;
  }

  isValid(openid: string): boolean {
    return this.keys.has(openid);
  }

  drop(openid: string): void {
    this.keys.delete(openid);
  }
}
