import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useProcesses } from '../support/processes.ts';
import { type RedisProcess, startRedis } from '../support/processes-redis.ts';
import { useServices } from '../support/services.ts';
import { createClient } from '../support/skein-client.ts';

const services = useServices();
const processes = useProcesses();
let own: RedisProcess;
beforeAll(async () => {
  own = await startRedis();
});
afterAll(() => own.kill());

describe('an Idempotency-Key', () => {
  it('is known after the API was killed and Redis has lost everything', async () => {
    const env = { ...services.env, REDIS_URL: own.url, LOG_LEVEL: 'info', AUTH_MODE: 'none' };
    const headers = { 'idempotency-key': 'once' };
    type Made = Record<'assistant_id' | 'thread_id' | 'run_id' | 'code', string>;

    /** One request to each endpoint that creates, with the ids of an earlier round where there was one. */
    async function createAll(url: string, known: { assistant?: string; thread?: string }) {
      const { send } = createClient(() => url);
      const assistant = await send<Made>('POST', '/assistants', { name: 'A' }, headers);
      const assistant_id = known.assistant ?? assistant.body.assistant_id;
      const thread = await send<Made>('POST', '/threads', { name: 'T', assistant_id }, headers);
      const thread_id = known.thread ?? thread.body.thread_id;
      const values = [{ id: '0190a3b4-0000-7000-8000-000000000001', role: 'user', content: 'x' }];
      const state = await send<unknown>('POST', `/threads/${thread_id}/state`, { values }, headers);
      const copy = await send<Made>('POST', `/threads/${thread_id}/copy`, undefined, { 'idempotency-key': 'copy' });
      const run = await send<Made>('POST', '/runs', { assistant_id, input: 'x' }, headers);
      const answers = [assistant, thread, state, copy, run];
      return {
        replays: answers.map((answer) => answer.headers.get('idempotent-replayed')),
        statuses: answers.map(({ status }) => status),
        made: [assistant.body.assistant_id, thread.body.thread_id, state.body, copy.body.thread_id, run.body.run_id],
        ids: { assistant: assistant_id, thread: thread_id },
      };
    }

    const first = await processes.startApi(env);
    const before = await createAll(first.url, {});
    expect(before.statuses).toEqual([201, 201, 200, 201, 202]);
    expect(before.replays).toEqual([null, null, null, null, null]);
    await first.kill();
    const redis = new Redis(own.url);
    await redis.flushall();
    redis.disconnect();

    const second = await processes.startApi(env);
    const after = await createAll(second.url, before.ids);
    expect(after).toEqual({ ...before, replays: ['true', 'true', 'true', 'true', 'true'] });
  });
});
