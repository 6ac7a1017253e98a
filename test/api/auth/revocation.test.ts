import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createKeyDirectory } from '../../../src/api/auth/key-directory.ts';
import { createOpenAnswers } from '../../../src/api/auth/open-answers.ts';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks } from '../../support/skein.ts';
import { openStream } from '../../support/skein-stream.ts';
import { waitFor } from '../../support/wait-for.ts';
import { useAuthSkein, withKey } from './auth-support.ts';

const KEY_CACHE_MS = 100;
const skein = useAuthSkein({ env: { KEY_CACHE_MS: String(KEY_CACHE_MS) } });

const endless = () => asks({ tokens: 2000, delay_ms: 10 });

/** A project with a thread and two keys that may use it. */
async function useProject() {
  const { project_id } = await skein.createProject();
  const headers = { 'x-project-id': project_id };
  const { assistant_id } = await skein.admin<{ assistant_id: string }>('POST', '/assistants', { name: 'A' }, headers);
  const newThread = async () =>
    (await skein.admin<{ thread_id: string }>('POST', '/threads', { name: 'T', assistant_id }, headers)).thread_id;
  const [lost, kept] = [
    await skein.createKey(project_id, ['runs', 'ops']),
    await skein.createKey(project_id, ['runs', 'ops']),
  ];
  const revoke = () => skein.admin('DELETE', `/projects/${project_id}/keys/${lost.key_id}`);
  return { newThread, lost: withKey(lost.key), kept: withKey(kept.key), revoke, projectId: project_id };
}

describe('a revoked key', () => {
  it('is refused once no process can have it in its cache', async () => {
    const { lost, kept, revoke } = await useProject();
    const status = async (headers: Record<string, string>) =>
      (await skein.send('GET', '/threads', undefined, headers)).status;
    expect(await status(lost)).toBe(200);
    await revoke();
    await waitFor(async () => (await status(lost)) === 401, { what: 'the key is refused', timeoutMs: 2000 });
    expect(await status(kept)).toBe(200);
  });

  it('loses its open streams and waits, by a cut and not by an end; those of other keys and the runs go on', async () => {
    const { newThread, lost, kept, revoke } = await useProject();
    const stream = await skein.stream({ thread_id: await newThread(), input: endless() }, lost);
    await stream.until('text', () => stream.all('text').length > 0);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    const watcher = await openStream(`${skein.url}/runs/${runId}/stream`, { headers: kept });
    const queues = await openStream(`${skein.url}/ops/queues/stream`, { headers: lost });
    const wait = skein.send('GET', `/runs/${runId}/join`, undefined, lost).then(
      () => 'answered',
      () => 'cut',
    );
    expect([stream.status, watcher.status, queues.status]).toEqual([200, 200, 200]);

    await revoke();
    expect(await Promise.all([stream.ended, queues.ended, wait])).toEqual(['cut', 'cut', 'cut']);
    expect(stream.all('done')).toEqual([]);

    const seen = watcher.text().length;
    await watcher.until('more text', () => watcher.text().length > seen);
    expect((await skein.send<Run>('GET', `/runs/${runId}`, undefined, kept)).body.status).toBe('in_progress');
    await skein.send('POST', `/runs/${runId}/cancel?wait=true`, undefined, kept);
    expect((await watcher.finished()).at(-1)?.event).toBe('done');
  });

  it('cannot be used to rejoin', async () => {
    const { newThread, lost, kept, revoke } = await useProject();
    const stream = await skein.stream({ thread_id: await newThread(), input: endless() }, lost);
    await stream.until('metadata', () => stream.all('metadata').length > 0);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    await revoke();
    expect(await stream.ended).toBe('cut');
    expect((await openStream(`${skein.url}/runs/${runId}/stream`, { headers: lost })).status).toBe(401);
    await skein.send('POST', `/runs/${runId}/cancel?wait=true`, undefined, kept);
  });
});

describe('a good key', () => {
  const cached = useAuthSkein({ env: { KEY_CACHE_MS: '12000' } });

  it('is looked up once, however many requests come', async () => {
    const { project_id } = await cached.createProject();
    const { key } = await cached.createKey(project_id);
    const send = () => cached.send('GET', '/assistants', undefined, withKey(key));
    await Promise.all([send(), send(), send()]);
    await waitFor(() => cached.commands.includes('update'), { what: 'the use is noted' });
    cached.commands.length = 0;
    await Promise.all([send(), send(), send()]);
    expect(cached.commands).toEqual(['find', 'find', 'find']);
  });
});

describe('when the record cannot be asked', () => {
  const logger = pino({ level: 'silent' });
  const away = () => Promise.reject(new Error('away'));

  it('open answers end after two looks that failed', async () => {
    let looks = 0;
    const openAnswers = createOpenAnswers({
      keys: {
        goodAmong: () => {
          looks += 1;
          return away();
        },
      },
      logger,
      everyMs: 20,
      onRevoked: () => undefined,
    });
    const server = createServer((_req, res: ServerResponse) => {
      openAnswers.add('k', res);
      res.writeHead(200).write('begun');
    }).listen(0, '127.0.0.1');
    await waitFor(() => server.address() !== null, { what: 'the server listens' });
    const stream = await openStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await stream.ended).toBe('cut');
    expect(looks).toBe(2);
    server.close();
  });

  it('a key is not taken for good because it was once, and is asked for again', async () => {
    const grant = {
      keyId: 'k',
      projectId: 'p',
      scopes: ['read' as const],
      usedAt: new Date(),
      requestsPerSecond: null,
    };
    const answers = [async () => grant, away, async () => grant];
    const directory = createKeyDirectory({
      keys: { grantOf: () => (answers.shift() ?? away)(), noteUse: async () => undefined },
      logger,
      keepMs: 0,
    });
    expect(await directory.find('h')).toBe(grant);
    await expect(directory.find('h')).rejects.toThrow('away');
    expect(await directory.find('h')).toBe(grant);
  });
});
