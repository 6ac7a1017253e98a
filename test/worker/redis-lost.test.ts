import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/shared/domain/run.ts';
import { type RedisProcess, startRedis } from '../support/processes-redis.ts';
import { asks, useSkein } from '../support/skein.ts';

let own: RedisProcess;
beforeAll(async () => {
  own = await startRedis();
});
afterAll(() => own.kill());

const skein = useSkein({
  env: { INTERACTIVE_SLOTS: '2', SWEEP_MS: '50', STREAM_HEARTBEAT_MS: '100' },
  lateEnv: () => ({ REDIS_URL: own.url }),
});

describe('a Redis that loses everything', () => {
  it('loses no accepted run: those on the queue and those behind others end, each with one answer', async () => {
    const threads = await Promise.all(Array.from({ length: 4 }, () => skein.createThread()));
    const [{ thread_id: first } = { thread_id: '' }] = threads;
    const stream = await skein.stream({ thread_id: first, input: asks({ tokens: 100, delay_ms: 30 }) });
    await stream.until('text', () => stream.all('text').length > 1);
    const runs: Run[] = [];
    for (const { thread_id } of [...threads, ...threads])
      runs.push(await skein.createRun({ thread_id, input: asks({ tokens: 10 }) }));

    const redis = new Redis(own.url);
    await redis.flushall();
    redis.disconnect();
    // The sweeper rings ten seconds after the dispatch; here they have passed.
    await skein.models.runs.updateMany(
      { status: 'queued', active: true },
      { $set: { dispatched_at: new Date(Date.now() - 11_000) } },
    );
    for (const { run_id } of runs) await skein.waitForRun(run_id, 'completed');
    await stream.finished();
    expect(stream.all('done')).toMatchObject([{ status: 'completed' }]);
    const words = (count: number) => Array.from({ length: count }, (_, n) => `w${n} `).join('');
    for (const { thread_id } of threads) {
      const stored = await skein.messages(thread_id);
      expect(stored.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual([
        ...(thread_id === first ? [words(100)] : []),
        words(10),
        words(10),
      ]);
    }
    expect(skein.model.requests).toHaveLength(runs.length + 1);
  });
});
