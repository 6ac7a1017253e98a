import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startApi } from '../../src/api/start-api.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import { createReleaseStack } from '../../src/shared/lifecycle/release-stack.ts';
import { createLogger } from '../../src/shared/logging/create-logger.ts';
import { asks, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein();

/** A further API on the same record, and what to do with it. */
async function another() {
  const releases = createReleaseStack();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const api = await startApi({ config: loadConfig(skein.env), logger, releases });
  return { port: api.port, stop: () => api.stop().then(() => releases.release()) };
}

/** A connection of one client; `text` is all that came back, `closed` settles at its end. */
async function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const seen = { text: '' };
  socket.on('data', (chunk) => {
    seen.text += chunk;
  });
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, seen, closed };
}

const post = (path: string, body: object): string => {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};

describe('an API that stops', () => {
  it('finishes the answer that is under way, as the last on its connection, and does not wait for its client', async () => {
    const api = await another();
    const { thread_id } = await skein.createThread();
    const text = asks({ tokens: 50, delay_ms: 10 });
    const { socket, seen, closed } = await dial(api.port);
    socket.write(post('/runs/wait', { thread_id, input: text }));
    await waitFor(() => skein.model.requests.some((request) => request.user_text === text), { what: 'the run' });
    const startedAt = performance.now();
    await api.stop();
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(6000);
    expect(seen.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(seen.text).toMatch(/\r\nConnection: close\r\n/i);
    expect(seen.text).toContain('"status":"completed"');
  });

  it('refuses a request that arrives all the same with 503 `stopping`, and creates nothing', async () => {
    const api = await another();
    const { thread_id } = await skein.createThread();
    const request = post('/runs', { thread_id, input: 'x' });
    const { socket, seen, closed } = await dial(api.port);
    // The first request is there as a whole and the second in part, when the stop begins.
    socket.write(`GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n${request.slice(0, 40)}`);
    await waitFor(() => seen.text.includes('200 OK'), { what: 'the first answer' });
    const stopped = api.stop();
    socket.write(request.slice(40));
    await closed;
    await stopped;
    const answer = seen.text.slice(seen.text.lastIndexOf('HTTP/1.1'));
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/\r\nRetry-After: 1\r\n/i);
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ code: 'stopping', status: 503 });
    expect(await skein.models.runs.countDocuments({ thread_id })).toBe(0);
  });
});
