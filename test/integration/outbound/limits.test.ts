import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutbound, type Outbound } from '../../../src/shared/outbound/create-outbound.ts';
import { waitFor } from '../../support/wait-for.ts';

let server: Server;
let url: string;
let outbound: Outbound;
const seen: string[] = [];
let written = 0;

function answer(req: IncomingMessage, res: ServerResponse): void {
  seen.push(`${req.method} ${req.url} ${req.headers.connection}`);
  switch (req.url) {
    case '/redirect':
      res.writeHead(302, { location: '/elsewhere' }).end();
      break;
    case '/endless': {
      const write = (): void => {
        if (res.destroyed) return;
        written += 1000;
        res.write('x'.repeat(1000), () => setImmediate(write));
      };
      write();
      break;
    }
    case '/never':
      break;
    case '/half':
      res.writeHead(200).write('half');
      break;
    case '/broken':
      res.writeHead(200, { 'content-length': '10' }).write('half', () => res.destroy());
      break;
    case '/switch':
      res.socket?.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n');
      break;
    default:
      res.writeHead(201, { 'x-hi': 'there' }).end('done');
  }
}

beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  outbound = createOutbound({ allow: `127.0.0.1:${port}` });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const send = (path: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  outbound.send({
    method: 'POST',
    url: url + path,
    headers: {},
    body: '{}',
    timeoutMs: 5000,
    maxBytes: 4000,
    ...options,
  });
const connections = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

it('gives status, headers and body, and leaves no connection behind', async () => {
  const { status, headers, body, truncated } = await send('/ok');
  expect([status, headers['x-hi'], String(body), truncated]).toEqual([201, 'there', 'done', false]);
  expect(seen.at(-1)).toBe('POST /ok close');
  await waitFor(async () => (await connections()) === 0, { what: 'the connection is closed' });
});

it('does not follow a redirect', async () => {
  expect(await send('/redirect')).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
  expect(seen.at(-1)).toBe('POST /redirect close');
});

it('reads no more of an answer without end than it was asked to, and closes the connection', async () => {
  const answer = await send('/endless');
  expect([answer.body.length, answer.truncated]).toEqual([4000, true]);
  await waitFor(async () => (await connections()) === 0, { what: 'the connection is closed' });
  expect(written).toBeLessThan(5_000_000);
});

it.each(['/never', '/half'])('gives up what takes too long: %s', async (path) => {
  await expect(send(path, { timeoutMs: 100 })).rejects.toMatchObject({ failure: 'timed_out' });
  await waitFor(async () => (await connections()) === 0, { what: 'the connection is closed' });
});

it.each(['/broken', '/switch'])('says when the connection broke off: %s', async (path) => {
  await expect(send(path)).rejects.toMatchObject({ failure: 'connection_failed' });
});

it('stops with its signal, before the headers and in the body', async () => {
  for (const path of ['/never', '/half']) {
    const controller = new AbortController();
    const before = seen.length;
    const call = send(path, { signal: controller.signal });
    void waitFor(() => seen.length > before, { what: 'the request arrives' }).then(() => controller.abort());
    await expect(call).rejects.toMatchObject({ failure: 'aborted' });
  }
  await expect(send('/ok', { signal: AbortSignal.abort() })).rejects.toMatchObject({ failure: 'aborted' });
});
