import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../app-service/callbacks';
import { request, type RequestTask, type WxRequest, type WxResponse } from '../../app-service/request';

const NOT_LISTED: Refusal = { fail: 'url not in domain list', errno: 600002 };
const MAX_BODY = 1024 * 1024;

/**
 * Sends what a phone asks for, as the native layer below wx.request does.
 *
 * @param origins - the request domain list
 */
export async function answerNativeRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origins: readonly string[],
): Promise<void> {
  const asked = JSON.parse(await bodyOf(incoming)) as WxRequest;
  const allowed = URL.canParse(asked.url) && origins.includes(new URL(asked.url).origin);
  const answer = allowed ? await send(asked, outgoing) : NOT_LISTED;
  outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  outgoing.end(JSON.stringify(answer));
}

function send(asked: WxRequest, outgoing: ServerResponse): Promise<WxResponse | Refusal> {
  return new Promise((resolve) => {
    const task: RequestTask = request({
      ...asked,
      success: ({ statusCode, data, header, cookies }) => resolve({ statusCode, data, header, cookies }),
      fail: ({ errMsg, errno }) => {
        const fail = errMsg.replace('request:fail ', '');
        resolve({ fail, ...(errno !== undefined && { errno }) });
      },
    });
    // The phone aborted it.
    outgoing.once('close', () => {
      if (!outgoing.writableEnded) task.abort();
    });
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
