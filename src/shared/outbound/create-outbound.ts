/**
 * Calls to URLs that a project gave us: webhooks, HTTP tools, MCP servers. Whoever can name a URL must not reach what only this machine can reach, so: http and https only; the address is judged
 * in the connection's own look-up; redirects are answers like any other, not followed; no proxy of the environment; each call has a connection of its own, which is closed behind it.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { OutboundError } from './outbound-error.ts';
import { parseAllowList } from './parse-allow-list.ts';
import { createNameResolver, createPublicLookup, type NameResolver, publicAddresses } from './public-lookup.ts';
import { createUrlRules } from './url-rules.ts';

export interface OutboundRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Bytes of the answer that are read; the rest is left, and the connection closed. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** There was more than `maxBytes`. */
  readonly truncated: boolean;
}

export interface Outbound {
  /** Looks at the text of a URL, for the moment it is configured. @throws OutboundError url_not_allowed */
  checkUrl(url: string): void;
  /** Also asks what its name stands for now. A name that cannot be found now may be later, so it passes. @throws OutboundError url_not_allowed */
  checkTarget(url: string): Promise<void>;
  /** Any status is an answer. @throws OutboundError and nothing else */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** As `send`, up to the headers; the caller reads the body (or destroys it) within `timeoutMs`. */
  open(request: Omit<OutboundRequest, 'maxBytes'>): Promise<IncomingMessage>;
}

/** Until the connection (with TLS) is there. */
const CONNECT_MS = 5000;

/** @param options.allow `OUTBOUND_ALLOW` @throws when it cannot be read */
export function createOutbound({
  allow,
  resolver = createNameResolver(),
}: {
  readonly allow: string;
  readonly resolver?: NameResolver;
}): Outbound {
  const rules = createUrlRules(parseAllowList(allow));
  const lookup = createPublicLookup(resolver, rules);
  const agents = { 'http:': new HttpAgent({ keepAlive: false }), 'https:': new HttpsAgent({ keepAlive: false }) };

  async function open({ method, url: text, headers, body, timeoutMs, signal }: Omit<OutboundRequest, 'maxBytes'>) {
    const { url, trusted } = rules.check(text);
    if (signal?.aborted) throw new OutboundError('aborted', 'The call was given up.', signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = { method, headers, ...(trusted ? {} : { lookup }) };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: agents['https:'] })
        : httpRequest(url, { ...options, agent: agents['http:'] });
    let response: IncomingMessage | undefined;
    const fail = (error: OutboundError): void => void (response ?? request).destroy(error);
    const total = setTimeout(() => fail(timedOut(timeoutMs)), timeoutMs);
    const connecting = setTimeout(() => fail(timedOut(CONNECT_MS)), CONNECT_MS);
    const onAbort = (): void => fail(new OutboundError('aborted', 'The call was given up.', signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });

    request.once('socket', (socket) =>
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting)),
    );
    request.once('response', (incoming) => {
      response = incoming;
      resolve(incoming);
    });
    request.once('close', () => {
      clearTimeout(total);
      clearTimeout(connecting);
      signal?.removeEventListener('abort', onAbort);
      // Also for a server that wants another protocol: there is no answer and no error then.
      reject(new OutboundError('connection_failed', 'The connection was closed without an answer.'));
    });
    request.on('error', (error) => reject(toOutboundError(error)));
    request.end(body);
    return promise;
  }

  return {
    checkUrl: (url) => void rules.check(url),

    async checkTarget(text) {
      const { url, trusted } = rules.check(text);
      if (trusted || rules.mayConnectTo(url.hostname.replace(/^\[(.*)\]$/, '$1'))) return;
      await publicAddresses(url.hostname, resolver, rules).catch((error) => {
        if (!(error instanceof OutboundError) || error.failure === 'url_not_allowed') throw error;
      });
    },

    open,

    async send({ maxBytes, ...request }) {
      const response = await open(request);
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of response as AsyncIterable<Buffer>) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > maxBytes) break;
        }
      } catch (error) {
        throw toOutboundError(error);
      }
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks).subarray(0, maxBytes),
        truncated: size > maxBytes,
      };
    },
  };
}

const timedOut = (ms: number): OutboundError => new OutboundError('timed_out', `It took longer than ${ms} ms.`);

/** The system's messages hold addresses that a name stands for, which are nobody's business; the code says enough. */
function toOutboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new OutboundError('connection_failed', `The connection failed${code}.`, error);
}
