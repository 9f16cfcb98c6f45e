import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const newUserId = (): string => `u_${randomBytes(12).toString('base64url')}`;

// 32 random bytes cannot be guessed, so a plain digest is enough to keep them unreadable in a stolen file.
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const IV_SIZE = 12;
const TAG_SIZE = 16;

const sealingKey = (appsecret: string) =>
  Buffer.from(hkdfSync('sha256', appsecret, '', 'session_key at rest', 32));

// WeChat's session_key has to be read again, so it is encrypted, under a key that the database file does not hold.
// `boundTo` ties it to its row: a sealed key that was moved to another ticket does not open.
export function seal(text: string, appsecret: string, boundTo: string): Uint8Array {
  const iv = randomBytes(IV_SIZE);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(appsecret), iv).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

export function unseal(sealed: Uint8Array, appsecret: string, boundTo: string): string | undefined {
  const tagEnd = IV_SIZE + TAG_SIZE;
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(appsecret), sealed.subarray(0, IV_SIZE))
      .setAAD(Buffer.from(boundTo))
      .setAuthTag(sealed.subarray(IV_SIZE, tagEnd));
    return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]).toString('utf8');
  } catch {
    // The appsecret was reset since: the ticket is worthless, and the client starts again.
    return undefined;
  }
}
