import type { IncomingMessage } from 'node:http';
import { badRequest, unsupportedMediaType } from './api-error';
import { readBytes } from './body-bytes';
import type { StoredFile } from './route';

const MAX_FILE = 512 * 1024;

/**
 * Reads a form, as wx.uploadFile sends it with `name: 'file'`.
 *
 * @returns what gives its file: to take a form apart costs so much that whoever may not send one is not worth it
 */
export async function readFileBody(request: IncomingMessage): Promise<() => Promise<StoredFile>> {
  const type = request.headers['content-type'] ?? '';
  const bytes = await readBytes(request, MAX_FILE);
  return () => fileIn(bytes, type);
}

async function fileIn(bytes: Buffer, type: string): Promise<StoredFile> {
  if (!type.startsWith('multipart/form-data')) throw unsupportedMediaType('multipart/form-data');
  const file = (await parseForm(bytes, type)).get('file');
  if (!(file instanceof Blob)) throw badRequest('the form has no file in the field "file"');
  return { bytes: Buffer.from(await file.arrayBuffer()), type: file.type };
}

async function parseForm(bytes: Buffer, type: string): Promise<FormData> {
  const body = new Response(new Uint8Array(bytes), { headers: { 'content-type': type } });
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- discouraged for bodies of any size; this one is bounded
    return await body.formData();
  } catch {
    throw badRequest('the form cannot be read');
  }
}
