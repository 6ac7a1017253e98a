import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createUseCounter, type UseCounter } from '../../../src/api/limits/use-counter.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import { createLogger } from '../../../src/shared/logging/create-logger.ts';
import { connectRedis, redisReady } from '../../../src/shared/redis/connect-redis.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

async function connect() {
  const connection = connectRedis(redis.url, 'command', 'test', () => undefined);
  onTestFinished(() => connection.disconnect());
  await redisReady(connection, 5000);
  return connection;
}

/** A counter as each process has one. */
async function open(keyPrefix: string, windowMs = 60_000): Promise<UseCounter> {
  const logger = createLogger({ name: 'test', level: 'silent' });
  return createUseCounter({ redis: await connect(), keyPrefix, windowMs, logger });
}

const takeAll = (counter: UseCounter, times: number, max: number) =>
  Array.from({ length: times }, () => counter.take('one', max).allowed).filter((allowed) => allowed).length;

describe('a counter of uses', () => {
  it('lets exactly as many pass in one process, and says what is left', async () => {
    const counter = await open(newId());
    expect(takeAll(counter, 4, 10)).toBe(4);
    expect(counter.take('one', 10)).toMatchObject({ allowed: true, left: 5 });
    expect(takeAll(counter, 100, 10)).toBe(5);
    expect(counter.take('one', 10)).toMatchObject({ allowed: false, left: 0 });
    expect(counter.take('other', 10)).toMatchObject({ allowed: true, left: 9 });
  });

  it('is shared by processes, also by one that starts later', async () => {
    const prefix = newId();
    const [a, b] = [await open(prefix), await open(prefix)];
    expect(takeAll(a, 10, 10)).toBe(10);
    await waitFor(() => b.take('one', 1000).left < 990, { what: 'the other process hears of it' });
    expect(b.take('one', 10).allowed).toBe(false);
    const late = await open(prefix);
    await waitFor(() => !late.take('one', 10).allowed, { what: 'a new process hears of it' });
  });

  it('begins anew when the window ends', async () => {
    const counter = await open(newId(), 1000);
    expect(takeAll(counter, 5, 3)).toBe(3);
    const { resetMs } = counter.look('one', 3);
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(1000);
    await waitFor(() => counter.take('one', 3).allowed, { what: 'the next window', timeoutMs: 2500 });
  });

  it('costs Redis one command for many requests', async () => {
    const admin = await connect();
    const counter = await open(newId());
    await admin.config('RESETSTAT');
    expect(takeAll(counter, 5000, 10_000)).toBe(5000);
    await waitFor(async () => (await admin.info('commandstats')).includes('cmdstat_incrby:calls='), { what: 'told' });
    expect(await admin.info('commandstats')).toContain('cmdstat_incrby:calls=1,');
  });

  it('goes on alone while Redis hangs or is away, and is heard again when it is back', async () => {
    const prefix = newId();
    const counter = await open(prefix);
    process.kill(redis.pid, 'SIGSTOP');
    const begun = performance.now();
    expect(takeAll(counter, 20, 10)).toBe(10);
    expect(performance.now() - begun).toBeLessThan(50);
    process.kill(redis.pid, 'SIGCONT');
    await redis.kill();
    expect(counter.take('other', 1)).toMatchObject({ allowed: true });
    expect(counter.take('other', 1)).toMatchObject({ allowed: false });
    redis = await startRedis({ port: redis.port });
    const other = await open(prefix);
    await waitFor(() => counter.take('third', 1000).allowed && other.take('third', 1000).left < 990, {
      what: 'both count together again',
    });
  });
});
