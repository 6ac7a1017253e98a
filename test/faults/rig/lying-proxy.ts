import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the client gets instead of the API's answer: the status 500, or a broken connection. */
type Lie = '500' | 'cut';
const LIES: readonly Lie[] = ['500', 'cut'];

/**
 * A proxy between clients and API that lets requests through and then lies about their success: of each request with an Idempotency-Key the first two 2xx answers are kept back,
 * one as 500, one as a broken connection. Everything else passes. (After Inngest's test of the same name, "reached but 500".)
 */
export interface LyingProxy {
  readonly url: string;
  /** How often it lied, by path (ids left out) and lie. */
  readonly lies: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** @param pickApi where the next request goes */
export async function startLyingProxy(pickApi: () => string): Promise<LyingProxy> {
  const lies = new Map<string, number>();
  /** How often each key was lied to, and with which lie it began. */
  const told = new Map<string, number>();
  let keys = 0;

  function nextLie(request: IncomingMessage, status: number): Lie | null {
    const key = String(request.headers['idempotency-key'] ?? '');
    if (request.method !== 'POST' || key === '' || status >= 300) return null;
    const first = told.get(key);
    if (first === undefined) {
      keys += 1;
      told.set(key, keys % 2);
      return LIES[keys % 2] ?? null;
    }
    if (first > 1) return null;
    told.set(key, 2);
    return LIES[1 - first] ?? null;
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const upstream = httpRequest(`${pickApi()}${request.url}`, {
      method: request.method,
      headers: request.headers,
      agent: false,
    });
    upstream.once('error', () => response.destroy());
    response.once('close', () => upstream.destroy());
    upstream.once('response', (answer) => {
      const status = answer.statusCode ?? 0;
      const lie = nextLie(request, status);
      if (lie === null) {
        response.writeHead(status, answer.headers).flushHeaders();
        answer.on('error', () => response.destroy()).pipe(response);
        return;
      }
      const what = `${request.url?.replace(/[0-9a-f-]{36}/, ':id')} ${lie}`;
      lies.set(what, (lies.get(what) ?? 0) + 1);
      upstream.destroy();
      if (lie === 'cut') request.socket.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('The way back is broken.');
    });
    request.pipe(upstream);
  }

  const server = createServer(forward).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
