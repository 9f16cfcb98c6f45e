import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { answer, type Callbacks, type Refusal } from './callbacks';
import { networkFailure } from './request';

interface Transfer {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
}

export interface WxUpload extends Transfer, Callbacks<{ statusCode: number; data: string }> {
  readonly filePath: string;
  readonly name: string;
  readonly formData?: Readonly<Record<string, unknown>>;
}

export interface WxDownload
  extends Transfer, Callbacks<{ statusCode: number; filePath?: string; tempFilePath?: string }> {
  readonly filePath?: string;
}

type ProgressListener = (progress: object) => void;

export interface TransferTask {
  abort(): void;
  onProgressUpdate(listener: ProgressListener): void;
}

const ABORTED: Refusal = { fail: 'abort' };
const TYPES: Readonly<Record<string, string>> = { '.png': 'image/png', '.jpeg': 'image/jpeg' };

/** wx.uploadFile: one file as a form; the answer is text, whatever it says. */
export const uploadFile = (options: WxUpload): TransferTask =>
  transfer('uploadFile', options, async (signal, tell) => {
    const { url, header = {}, filePath, name, formData = {} } = options;
    const form = new FormData();
    for (const [field, value] of Object.entries(formData)) form.append(field, String(value));
    const bytes = new Uint8Array(await readFile(filePath));
    form.append(name, new Blob([bytes], { type: TYPES[extname(filePath)] }), basename(filePath));
    const response = await fetch(url, { method: 'POST', headers: header, body: form, signal });
    tell({ progress: 100, totalBytesSent: bytes.length, totalBytesExpectedToSend: bytes.length });
    return { statusCode: response.status, data: await response.text() };
  });

/** wx.downloadFile: the body goes into a file, that of an error too. */
export const downloadFile = (options: WxDownload, temporary: string): TransferTask =>
  transfer('downloadFile', options, async (signal, tell) => {
    const { url, header = {}, filePath } = options;
    const response = await fetch(url, { headers: header, signal });
    const bytes = Buffer.from(await response.arrayBuffer());
    await writeFile(filePath ?? temporary, bytes);
    tell({ progress: 100, totalBytesWritten: bytes.length, totalBytesExpectedToWrite: bytes.length });
    return {
      statusCode: response.status,
      ...(filePath === undefined ? { tempFilePath: temporary } : { filePath }),
    };
  });

function transfer<T extends object>(
  api: string,
  options: Callbacks<T>,
  work: (signal: AbortSignal, tell: ProgressListener) => Promise<T>,
): TransferTask {
  const controller = new AbortController();
  const listeners: ProgressListener[] = [];
  const tell = (progress: object) => listeners.forEach((listener) => listener(progress));
  const failed = (error: unknown): Refusal =>
    controller.signal.aborted ? (controller.signal.reason as Refusal) : networkFailure(error);
  answer(
    api,
    options,
    work(controller.signal, tell).catch((error: unknown): T | Refusal => failed(error)),
  );
  return {
    abort: () => controller.abort(ABORTED),
    onProgressUpdate: (listener) => void listeners.push(listener),
  };
}
