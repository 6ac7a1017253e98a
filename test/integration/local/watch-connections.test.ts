import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startRedis } from '../../support/processes-redis.ts';
import { watchConnections } from '../../support/services-connections.ts';

it('finds a connection that a test left open, and no closed one', async () => {
  const server = await startRedis();
  const watch = watchConnections();
  const redis = new Redis(server.url);
  try {
    await redis.ping();
    await watch.expectClosed([server.port + 1]);
    await expect(watch.expectClosed([server.port])).rejects.toThrow(`left 1 connections open`);
    redis.disconnect();
    await watch.expectClosed([server.port]);
  } finally {
    redis.disconnect();
    watch.stop();
    await server.kill();
  }
});
