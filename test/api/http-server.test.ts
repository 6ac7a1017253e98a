import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEndpoint } from '../../src/api/endpoint.ts';
import type { ErrorCode } from '../../src/shared/errors/error-catalogue.ts';
import { exchange as exchangeWith, parseAnswer } from '../support/raw-http.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectProblem, useFrame } from './test-api.ts';

const base = { tag: 'System', access: 'read', summary: 'A test.', description: 'A test.' } as const;
const bodies: unknown[] = [];
const frame = useFrame(
  () => [
    defineEndpoint({
      ...base,
      method: 'post',
      path: '/things',
      body: z.looseObject({}),
      responses: { 204: { description: 'Taken.' } },
      async handler({ body }) {
        bodies.push(body);
        return { status: 204 };
      },
    }),
    defineEndpoint({
      ...base,
      method: 'get',
      path: '/stream',
      responses: { 200: { description: 'Events.', contentType: 'text/event-stream' } },
      async handler({ res, signal }) {
        res.type('text/event-stream').write('data: 1\n\n');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        return undefined;
      },
    }),
  ],
  {},
  { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50, keepAliveTimeout: 400 },
);

const exchange = (bytes: string, more?: string): Promise<string> => exchangeWith(frame.port, bytes, more);

const post = (headers: string, body: string) =>
  `POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

const refusals: [what: string, code: ErrorCode, bytes: string][] = [
  ['bytes of TLS', 'bad_request', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
  ['no HTTP at all', 'bad_request', 'hello\r\n\r\n'],
  ['both a length and chunks', 'bad_request', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '{}')],
  ['two lengths', 'bad_request', post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}')],
  ['two lengths that agree', 'bad_request', post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}')],
  ['lines that end without CR', 'bad_request', 'GET /nope HTTP/1.1\nHost: x\n\n'],
  ['no Host', 'bad_request', 'GET /nope HTTP/1.1\r\n\r\n'],
  ['NUL in a header', 'bad_request', 'GET /nope HTTP/1.1\r\nHost: x\r\nX-Api-Key: a\u0000b\r\n\r\n'],
  ['a broken chunk', 'bad_request', post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n')],
  [
    '3,000 headers',
    'headers_too_large',
    `GET /nope HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 3000 }, (_, i) => `x-${i}: 1\r\n`).join('')}\r\n`,
  ],
  ['an address of 17,000', 'headers_too_large', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ['headers that never end', 'request_timeout', 'GET /nope HTTP/1.1\r\nHost: x\r\n'],
  ['a body that never comes', 'request_timeout', post('Content-Length: 100\r\n', '{}')],
];

describe('what is refused below the routes', () => {
  it.each(refusals)('%s: a problem document, then the connection is closed', async (_what, code, bytes) => {
    const answer = parseAnswer(await exchange(bytes));
    expectProblem(answer, code);
    expect(answer.headers.connection).toBe('close');
  });

  it('an address of 9,000', async () => {
    const answer = parseAnswer(
      await exchange(`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    expectProblem(answer, 'uri_too_long');
  });

  it('an expectation other than 100-continue', async () => {
    const answer = parseAnswer(await exchange(post('Expect: 200-maybe\r\nContent-Length: 2\r\n', '{}')));
    expectProblem(answer, 'expectation_failed');
  });

  it('chunks without end are answered at the limit, and then cut off', async () => {
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`;
    const answer = parseAnswer(await exchange(post('Transfer-Encoding: chunked\r\n', ''), chunk));
    expectProblem(answer, 'payload_too_large');
  });
});

describe('connections', () => {
  it('a body that fits is read, in whatever pieces it comes', async () => {
    const chunks = ['{"a"', ':1}'].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
    const answer = await exchange(post('Connection: close\r\nTransfer-Encoding: chunked\r\n', `${chunks}0\r\n\r\n`));
    expect(parseAnswer(answer).status).toBe(204);
    expect(bodies.at(-1)).toEqual({ a: 1 });
  });

  it('a refused body does not spoil the next request on the same connection', async () => {
    const first = `POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello`;
    const answer = await exchange(first + post('Connection: close\r\nContent-Length: 7\r\n', '{"b":2}'));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 204']);
    expect(bodies.at(-1)).toEqual({ b: 2 });
  });

  it('rubbish after the request of a stream breaks the stream, and is never answered inside it', async () => {
    const answer = await exchange('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n', 'rubbish\r\n\r\n');
    expect(answer.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(answer).not.toContain('problem+json');
  });

  it('a stream outlives the time a request may take to arrive', async () => {
    const leave = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${frame.port}/stream`, { signal: leave.signal });
    const closedWithin = (ms: number) =>
      Promise.race([
        once(AbortSignal.timeout(ms), 'abort').then(() => 'open'),
        answer.text().then(
          () => 'ended',
          () => 'broken',
        ),
      ]);
    expect(await closedWithin(600)).toBe('open');
    leave.abort();
  });
});

describe('clients that hold connections and send next to nothing', () => {
  it('are cut off however steadily their headers trickle in', async () => {
    const begun = performance.now();
    const answer = parseAnswer(await exchange('GET /nope HTTP/1.1\r\nHost: x\r\n', 'x-more: 1\r\n'));
    expectProblem(answer, 'request_timeout');
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it('are cut off however steadily their bodies trickle in', async () => {
    const begun = performance.now();
    const answer = parseAnswer(await exchange(post('Content-Length: 100000\r\n', '{"a":"'), 'x'));
    expectProblem(answer, 'request_timeout');
    expect(performance.now() - begun).toBeLessThan(1500);
    const chunked = parseAnswer(await exchange(post('Transfer-Encoding: chunked\r\n', ''), '1\r\nx\r\n'));
    expectProblem(chunked, 'request_timeout');
  });

  it('are cut off, all 300 of them, also when they say nothing at all; others are served meanwhile', async () => {
    const sockets = Array.from({ length: 300 }, () => connect(frame.port, '127.0.0.1'));
    const closed = sockets.map(
      (socket) => new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve)),
    );
    for (const socket of sockets) socket.resume();
    await waitFor(() => sockets.every((socket) => !socket.connecting), { what: 'all are connected' });
    const answer = await fetch(`http://127.0.0.1:${frame.port}/nope`);
    expect(answer.status).toBe(404);
    await answer.text();
    await Promise.all(closed);
    const count = await new Promise<number>((resolve) => frame.server.getConnections((_, n) => resolve(n)));
    expect(count).toBeLessThanOrEqual(1);
  });

  it('are cut off when they keep a connection after an answer and send nothing more', async () => {
    const answer = await exchange('GET /nope HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404']);
  });
});
