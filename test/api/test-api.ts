import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect } from 'vitest';
import { createFrame } from '../../src/api/app.ts';
import { createAssistant } from '../../src/api/assistants/create-assistant.ts';
import { deleteAssistant } from '../../src/api/assistants/delete-assistant.ts';
import { getAssistant } from '../../src/api/assistants/get-assistant.ts';
import { listAssistants } from '../../src/api/assistants/list-assistants.ts';
import { listVersions } from '../../src/api/assistants/list-versions.ts';
import { patchAssistant } from '../../src/api/assistants/patch-assistant.ts';
import { createHttpServer } from '../../src/api/create-http-server.ts';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { createRateLimits } from '../../src/api/limits/rate-limits.ts';
import { authenticateAnyone } from '../../src/api/middleware/authenticate.ts';
import { createThread } from '../../src/api/threads/create-thread.ts';
import { getThread } from '../../src/api/threads/get-thread.ts';
import { listThreads } from '../../src/api/threads/list-threads.ts';
import { patchThread } from '../../src/api/threads/patch-thread.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/shared/errors/error-catalogue.ts';
import { createOnce } from '../../src/shared/idempotency/once.ts';
import { createAssistantRepository } from '../../src/shared/mongo/assistant-repository.ts';
import { connectMongo } from '../../src/shared/mongo/connect-mongo.ts';
import { ensureIndexes } from '../../src/shared/mongo/ensure-indexes.ts';
import { createModels } from '../../src/shared/mongo/models.ts';
import { createThreadRepository } from '../../src/shared/mongo/thread-repository.ts';
import { NO_TRACING } from '../../src/shared/tracing/tracing.ts';
import { useServices } from '../support/services.ts';

/** A server on a free port for the tests of one file. Fields are set once `beforeAll` has run. */
interface TestServer {
  server: Server;
  port: number;
  /** What was logged, parsed, oldest first. */
  readonly lines: Record<string, unknown>[];
}

type ServerOptions = Parameters<typeof createHttpServer>[2];

/** The frame around endpoints of the test, as processes run it. */
export function useFrame(
  endpoints: () => readonly Endpoint[],
  env: Record<string, string> = {},
  options?: ServerOptions,
): TestServer {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const started = { lines } as unknown as TestServer;
  beforeAll(async () => {
    const logger = pino({ level: 'debug' }, sink);
    const config = loadConfig({ AUTH_MODE: 'none', ...env });
    const rateLimits = createRateLimits({ key: null, project: null, operatorIsFree: false });
    const deps = {
      config,
      logger,
      version: '0.1.0',
      authenticate: authenticateAnyone,
      rateLimits,
      registry: new Registry(),
      tracing: NO_TRACING,
    };
    const app = createFrame(deps, endpoints());
    started.server = createHttpServer(app, logger, options).listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    started.port = (started.server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    started.server.closeAllConnections();
    started.server.close();
    await once(started.server, 'close');
  });
  return started;
}

/** Threads and assistants on the real store, in a database of this test file. `count` tells how many documents there are. */
export function useRecordApi(): TestServer & { count(): Promise<number> } {
  const services = useServices();
  let connection: Connection;
  let endpoints: readonly Endpoint[] = [];
  let models: ReturnType<typeof createModels>;
  beforeAll(async () => {
    connection = await connectMongo({
      url: services.mongoUrl,
      database: services.database,
      poolSize: 5,
      appName: 'test',
    });
    models = createModels(connection);
    await ensureIndexes(models);
    const deps = {
      threads: createThreadRepository(models),
      assistants: createAssistantRepository(models),
      once: createOnce(),
    };
    endpoints = [
      listThreads(deps),
      createThread(deps),
      getThread(deps),
      patchThread(deps),
      listAssistants(deps),
      createAssistant(deps),
      getAssistant(deps),
      patchAssistant(deps),
      deleteAssistant(deps),
      listVersions(deps),
    ];
  });
  afterAll(() => connection.close());
  const started = useFrame(() => endpoints);
  const count = async () =>
    (
      await Promise.all(
        [models.threads, models.assistants, models.assistantVersions].map((model) => model.countDocuments()),
      )
    ).reduce((sum, n) => sum + n, 0);
  return Object.assign(started, { count });
}

/** An answer as supertest and fetch give it, as far as it matters here. */
interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** The answer is the problem document of this code, complete and without anything of the inside. Returns it. */
export function expectProblem(answer: Answer, code: ErrorCode): Record<string, unknown> {
  expect({ status: answer.status, type: answer.headers['content-type'] }, answer.text).toEqual({
    status: ERROR_CATALOGUE[code].status,
    type: 'application/problem+json',
  });
  const problem = JSON.parse(answer.text);
  expect(problem).toMatchObject({
    type: `/docs/errors#${code}`,
    title: ERROR_CATALOGUE[code].title,
    status: answer.status,
    code,
    request_id: answer.headers['x-request-id'],
  });
  expect(problem.detail).toMatch(/\w/);
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\n\s+at |Mongo|ioredis|ZodError/);
  return problem;
}
