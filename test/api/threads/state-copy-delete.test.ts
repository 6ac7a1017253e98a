import { Redis } from 'ioredis';
import type { Model } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/shared/domain/run.ts';
import type { Thread } from '../../../src/shared/domain/thread.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();

const states = async (threadId: string) =>
  (await skein.history(threadId, '?limit=100')).map(({ values, next }) => ({ values, next }));

describe('a copy of a thread', () => {
  it('has the same log on all branches, and the two go on apart', async () => {
    const { thread_id: id } = await skein.createThread();
    for (const answer of ['one', 'two']) await skein.run({ thread_id: id, input: asks({ chunks: [answer] }) });
    const first = (await skein.history(id)).at(-2);
    await skein.run({
      thread_id: id,
      input: asks({ chunks: ['fork'] }),
      checkpoint_id: first?.checkpoint?.checkpoint_id,
    });
    await skein.send('PATCH', `/threads/${id}`, { metadata: { kept: true } });

    const copied = await skein.send<Thread>('POST', `/threads/${id}/copy`);
    expect(copied.status).toBe(201);
    const copy = copied.body.thread_id;
    expect(copied.headers.get('location')).toBe(`/threads/${copy}`);
    expect(copied.body).toMatchObject({ metadata: { kept: true }, last_message: { text: 'fork' }, status: 'idle' });
    expect(await states(copy)).toEqual(await states(id));
    const ids = async (threadId: string) =>
      (await skein.history(threadId, '?limit=100')).map(({ checkpoint }) => checkpoint?.checkpoint_id);
    expect(new Set([...(await ids(copy)), ...(await ids(id))]).size).toBe(12);

    await skein.run({ thread_id: copy, input: asks({ chunks: ['only here'] }) });
    expect((await skein.messages(id)).at(-1)?.content).toBe('fork');
    expect((await skein.send('DELETE', `/threads/${id}`)).status).toBe(204);
    expect((await skein.messages(copy)).at(-1)?.content).toBe('only here');
  });
});

describe('deleting a thread', () => {
  /** How much of the thread is left, by collection, and the Redis keys of its runs. */
  async function leftOf(threadId: string, runIds: readonly string[]) {
    const { threads, runs, checkpoints, toolCalls } = skein.models;
    const count = (model: Pick<Model<unknown>, 'countDocuments'>, filter: object) => model.countDocuments(filter);
    const redis = new Redis(skein.services.redisUrl);
    try {
      const keys = await redis.keys(`${skein.services.redisPrefix}:*`);
      return {
        threads: await count(threads as unknown as Model<unknown>, { _id: threadId }),
        runs: await count(runs as unknown as Model<unknown>, { thread_id: threadId }),
        checkpoints: await count(checkpoints as unknown as Model<unknown>, { thread_id: threadId }),
        toolCalls: await count(toolCalls as unknown as Model<unknown>, { thread_id: threadId }),
        keys: keys.filter((key) => runIds.some((runId) => key.includes(runId))),
      };
    } finally {
      redis.disconnect();
    }
  }
  const NOTHING = { threads: 0, runs: 0, checkpoints: 0, toolCalls: 0, keys: [] };

  it('in the middle of a run stops the model and leaves nothing, in no collection and not in Redis', async () => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const { thread_id: id } = await skein.createThread(assistant_id);
    const text = asks({
      steps: [{ tool_calls: [{ name: 'calculator', arguments: { expression: '1' } }] }, { tokens: 2000, delay_ms: 10 }],
    });
    const stream = await skein.stream({ thread_id: id, input: text });
    await stream.until('text', () => stream.all('text').length > 3);
    const waiting = await skein.createRun({ thread_id: id, input: asks({ chunks: ['never'] }) });
    const runs = (await skein.send<Run[]>('GET', `/threads/${id}/runs`)).body.map(({ run_id }) => run_id);
    expect(runs).toHaveLength(2);

    expect((await skein.send('DELETE', `/threads/${id}`)).status).toBe(204);
    expect(await leftOf(id, runs)).toEqual(NOTHING);
    await stream.finished();
    expect(skein.model.requests.findLast((request) => request.user_text === text)?.closed_early).toBe(true);
    for (const path of ['', '/state', '/history', '/messages', '/runs'])
      expect((await skein.send('GET', `/threads/${id}${path}`)).status).toBe(404);
    expect((await skein.send('GET', `/runs/${waiting.run_id}`)).status).toBe(404);
    expect((await skein.send('DELETE', `/threads/${id}`)).status).toBe(404);
    expect((await skein.send('POST', '/runs', { thread_id: id, input: 'x' })).status).toBe(404);
    // The worker is done with it by now and has put nothing back.
    await skein.run({ thread_id: (await skein.createThread()).thread_id, input: asks({ chunks: ['other'] }) });
    expect(await leftOf(id, runs)).toEqual(NOTHING);
  });

  it('that waits for the client leaves nothing either', async () => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'function', function: { name: 'ask' } }] });
    const { thread_id: id } = await skein.createThread(assistant_id);
    const run = await skein.run({ thread_id: id, input: asks({ tool_calls: [{ name: 'ask', arguments: {} }] }) });
    expect(run.status).toBe('requires_action');
    expect((await skein.send('DELETE', `/threads/${id}`)).status).toBe(204);
    expect(await leftOf(id, [run.run_id])).toEqual(NOTHING);
  });
});
