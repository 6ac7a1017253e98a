import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Connection } from 'mongoose';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getThread } from '../../src/api/threads/get-thread.ts';
import { listThreads } from '../../src/api/threads/list-threads.ts';
import { connectMongo } from '../../src/shared/mongo/connect-mongo.ts';
import { createModels } from '../../src/shared/mongo/models.ts';
import { createThreadRepository } from '../../src/shared/mongo/thread-repository.ts';
import { useServices } from '../support/services.ts';
import { expectProblem, useFrame } from './test-api.ts';

const services = useServices();
const sockets = new Set<Socket>();
const target = new URL(services.mongoUrl.replace(/^mongodb:/, 'http:'));
/** Between the driver and the database; closing it is what a database that goes away looks like from here. */
const proxy = createServer((client) => {
  const upstream = connect(Number(target.port), target.hostname);
  for (const socket of [client, upstream]) {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  }
  client.pipe(upstream).pipe(client);
});
let connection: Connection;
let threads: ReturnType<typeof createThreadRepository>;

beforeAll(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(services.mongoUrl);
  url.port = String((proxy.address() as AddressInfo).port);
  connection = await connectMongo({ url: url.href, database: services.database, poolSize: 2, appName: 'test' });
  threads = createThreadRepository(createModels(connection));
});
afterAll(async () => {
  await connection.close();
  for (const socket of sockets) socket.destroy();
});
const api = useFrame(() => [getThread({ threads }), listThreads({ threads })]);

describe('a database that goes away while the API runs', () => {
  it('is told with 503 and a time to come back, soon, without names or addresses', async () => {
    await supertest(api.server).get('/threads').expect(200, []);
    proxy.close();
    for (const socket of sockets) socket.destroy();
    const started = Date.now();
    const answers = await Promise.all([
      supertest(api.server).get('/threads'),
      supertest(api.server).get('/threads/0190a3b4-0000-7000-8000-000000000002'),
    ]);
    expect(Date.now() - started).toBeLessThan(6000);
    for (const answer of answers) {
      expectProblem(answer, 'database_unavailable');
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toContain('127.0.0.1');
    }
    const logged = api.lines.filter((line) => line.status === 503);
    expect(logged.map((line) => line.level)).toEqual([40, 40]);
  });
});
