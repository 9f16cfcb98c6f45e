import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { authorizationInvalid } from './api-error';
import { isObject, type JsonObject } from './fields';

export interface EncryptedData {
  readonly encryptedData: string;
  readonly iv: string;
}

// As long as a ticket lives: data of an older tap was not meant for this login.
const MAX_AGE = 10 * 60_000;
const CLOCK_DIFFERENCE = 5 * 60_000;

// Nothing seals AES-CBC: whoever swaps blocks gets data with garbage in it, and garbage is hardly ever UTF-8. Read leniently
// it would stand inside a text, and our answers would tell the sender, try by try, how to forge the rest.
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function decrypt(data: EncryptedData, sessionKey: string): JsonObject {
  let decrypted: unknown;
  try {
    const decipher = createDecipheriv(
      'aes-128-cbc',
      Buffer.from(sessionKey, 'base64'),
      Buffer.from(data.iv, 'base64'),
    );
    const bytes = [decipher.update(Buffer.from(data.encryptedData, 'base64')), decipher.final()];
    decrypted = JSON.parse(utf8.decode(Buffer.concat(bytes)));
  } catch {
    throw authorizationInvalid('encryptedData cannot be read with the session_key of this login');
  }
  if (!isObject(decrypted)) throw authorizationInvalid('encryptedData holds no object');
  return decrypted;
}

export function checkSignature(rawData: string, signature: string, sessionKey: string): void {
  const expected = createHash('sha1')
    .update(rawData + sessionKey)
    .digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw authorizationInvalid('the signature does not match rawData');
  }
}

export function checkWatermark(data: JsonObject, appid: string, now: number): void {
  const { watermark } = data;
  if (!isObject(watermark) || watermark.appid !== appid) {
    throw authorizationInvalid('the data was made for another mini-program');
  }
  const madeAt = typeof watermark.timestamp === 'number' ? watermark.timestamp * 1000 : NaN;
  if (!(now - madeAt <= MAX_AGE && madeAt - now <= CLOCK_DIFFERENCE)) {
    throw authorizationInvalid('the data is too old');
  }
}
