import { createCipheriv, createHash, randomBytes } from 'node:crypto';

export interface EncryptedData {
  readonly encryptedData: string;
  readonly iv: string;
}

export function encryptFor(sessionKey: string, data: object): EncryptedData {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), iv);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(data), 'utf8'), cipher.final()]);
  return { encryptedData: encrypted.toString('base64'), iv: iv.toString('base64') };
}

export const signatureOf = (rawData: string, sessionKey: string) =>
  createHash('sha1')
    .update(rawData + sessionKey)
    .digest('hex');
