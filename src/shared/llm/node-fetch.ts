import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/**
 * A response whose body was not read: `incoming` is the socket's own stream. Reading that instead of a web stream is
 * what this fetch exists for: it costs a fraction of the CPU per chunk.
 */
export class IncomingResponse extends Response {
  readonly incoming: IncomingMessage;

  constructor(incoming: IncomingMessage, init: ResponseInit) {
    super(null, init);
    this.incoming = incoming;
  }
}

interface NodeFetch {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Closes all connections, used or kept. */
  readonly close: () => void;
}

// Shorter than the 5 s after which common model servers close a quiet connection without having said so
// (`Keep-Alive: timeout` is obeyed where it is sent): a request must not meet a socket that is just being closed.
const IDLE_SOCKET_MS = 4_000;
const MAX_ERROR_BODY_BYTES = 64 * 1024;

/**
 * Creates the part of `fetch` that the openai SDK needs, over node:http(s) with kept connections. A 2xx is an
 * `IncomingResponse`, resolved at its headers; any other status is an ordinary response whose body (at most 64 KiB of
 * it) was read before. Redirects are not followed. Aborting `init.signal` destroys the socket until the promise has
 * settled; afterwards the body is the reader's to destroy. No time limits of its own.
 */
export const createNodeFetch = (): NodeFetch => {
  const agentOptions = { keepAlive: true, timeout: IDLE_SOCKET_MS, maxFreeSockets: 256, scheduling: 'lifo' } as const;
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);

  return {
    fetch: (input, init = {}) =>
      new Promise<Response>((resolve, reject) => {
        const url = new URL(input instanceof Request ? input.url : input);
        const signal = init.signal ?? null;
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const body = init.body;
        if (typeof body !== 'string') {
          reject(new TypeError('only requests with a text body are sent'));
          return;
        }
        const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(body) };
        for (const [name, value] of new Headers(init.headers)) headers[name] = value;

        const options = { method: init.method ?? 'GET', headers };
        const request =
          url.protocol === 'https:'
            ? httpsRequest(url, { ...options, agent: httpsAgent })
            : httpRequest(url, { ...options, agent: httpAgent });

        const onAbort = (): void => {
          request.destroy();
          fail(signal?.reason);
        };
        const fail = (reason: unknown): void => {
          signal?.removeEventListener('abort', onAbort);
          reject(reason);
        };
        const succeed = (response: Response): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve(response);
        };
        signal?.addEventListener('abort', onAbort);
        // Stays for the life of the request: a socket may fail again after the promise has settled.
        request.on('error', fail);
        request.on('response', (incoming) => {
          const status = incoming.statusCode ?? 0;
          const head = { status, headers: toHeaders(incoming) };
          if (status >= 200 && status < 300) succeed(new IncomingResponse(incoming, head));
          else readErrorBody(incoming, (text) => succeed(toErrorResponse(text, head)), fail);
        });
        request.end(body);
      }),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
};

const toHeaders = (incoming: IncomingMessage): Headers => {
  const headers = new Headers();
  const raw = incoming.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) headers.append(raw[i] ?? '', raw[i + 1] ?? '');
  return headers;
};

/** Statuses outside what a Response can carry (a 204-like one with a body, 1xx, 6xx and above) are told as 502. */
const toErrorResponse = (text: string, head: { status: number; headers: Headers }): Response => {
  const representable = head.status >= 300 && head.status <= 599 && head.status !== 304;
  return new Response(text, representable ? head : { ...head, status: 502 });
};

const readErrorBody = (incoming: IncomingMessage, done: (text: string) => void, fail: (error: Error) => void): void => {
  const parts: Buffer[] = [];
  let size = 0;
  const finish = (): void => done(Buffer.concat(parts).toString('utf8'));
  incoming.on('error', fail);
  incoming.on('end', finish);
  incoming.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    if (size <= MAX_ERROR_BODY_BYTES) return;
    finish();
    incoming.destroy();
  });
};
