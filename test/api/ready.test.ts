import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisProcess, startRedis } from '../support/processes-redis.ts';
import { useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

let server: RedisProcess;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.kill();
});

const skein = useSkein({ workers: 0, lateEnv: () => ({ REDIS_URL: server.url }) });

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly workers: object | null;
}
const ready = () => skein.send<Ready>('GET', '/health/ready');
const failedOnes = ({ checks }: Ready) => Object.keys(checks).filter((name) => checks[name] !== 'ok');

describe('GET /health/ready', () => {
  it('is 200 when all is there, whether workers are or not, and says how many', async () => {
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', problems: {}, workers: { alive: 0 } } });
    const worker = await skein.startWorker();
    expect((await ready()).body.workers).toEqual({ alive: 1, draining: 0, dead: 0 });
    await skein.models.workers.updateOne({ _id: worker.workerId }, { $set: { seen_at: new Date(0) } });
    expect(await ready()).toMatchObject({ status: 200, body: { workers: { alive: 0, dead: 1 } } });
    await worker.stop();
  });

  it('warns of a Redis that keeps nothing on disk', async () => {
    expect((await ready()).body.warnings).toEqual([expect.stringContaining('append-only')]);
  });

  it('is 503 while Redis would evict keys', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { status, headers, body } = await ready();
    expect([status, headers.get('retry-after'), failedOnes(body)]).toEqual([503, '1', ['redis_settings']]);
    expect(body.problems.redis_settings).toContain('allkeys-lru');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await ready()).status).toBe(200);
  });

  it('is 503 while Redis is full, and takes no writes', async () => {
    await redis.config('SET', 'maxmemory', '1');
    const { status, body } = await ready();
    expect([status, failedOnes(body)]).toEqual([503, ['queue']]);
    expect(body.problems.queue).toBe('Redis takes no writes (OOM).');
    expect(body.warnings).toContainEqual(expect.stringContaining('% of its memory'));
    await redis.config('SET', 'maxmemory', '0');
    expect((await ready()).status).toBe(200);
  });

  it('is 503 while Redis is away, without telling where it is', async () => {
    redis.disconnect();
    const { port } = server;
    await server.kill();
    const { status, body } = await waitFor(
      async () => {
        const answer = await ready();
        return answer.status === 503 && answer;
      },
      { what: 'not ready' },
    );
    expect(status).toBe(503);
    expect(failedOnes(body)).toEqual(['redis', 'redis_settings', 'queue']);
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
    server = await startRedis({ port });
    redis = new Redis(server.url);
    await waitFor(async () => (await ready()).status === 200, { what: 'ready again', timeoutMs: 10_000 });
  });
});
