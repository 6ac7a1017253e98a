import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { createLogger } from '../../../src/shared/logging/create-logger.ts';
import { createAccessModels } from '../../../src/shared/mongo/access-models.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels, type Models } from '../../../src/shared/mongo/models.ts';
import { createWaitingRuns } from '../../../src/shared/mongo/waiting-runs.ts';
import { createRunQueue, type RunQueue } from '../../../src/shared/queue/run-queue.ts';
import { redisReady } from '../../../src/shared/redis/connect-redis.ts';
import { createRedisKeys } from '../../../src/shared/redis/keys.ts';
import { type Admission, createAdmission } from '../../../src/shared/scheduling/admission.ts';
import { createAdmissionLimits } from '../../../src/shared/scheduling/admission-limits.ts';
import { type AdmissionWindow, createAdmissionWindow } from '../../../src/shared/scheduling/admission-window.ts';
import { useServices } from '../../support/services.ts';

const services = useServices();
const logger = createLogger({ name: 'test', level: 'silent' });
let connection: Connection;
let redis: Redis;
let queue: RunQueue;
let models: Models;
let window: AdmissionWindow;
let admission: Admission;

beforeAll(async () => {
  connection = await connectMongo({
    url: services.mongoUrl,
    database: services.database,
    poolSize: 5,
    appName: 'test',
  });
  models = createModels(connection);
  await ensureIndexes(models);
  redis = new Redis(services.redisUrl, { maxRetriesPerRequest: null });
  await redisReady(redis, 5000);
  const keys = createRedisKeys(services.redisPrefix);
  queue = createRunQueue(redis, keys.queuePrefix, () => undefined);
  window = createAdmissionWindow(redis, keys);
  const limits = createAdmissionLimits({ models: { ...models, ...createAccessModels(connection) }, fixed: 1, logger });
  admission = createAdmission({ window, limits, waiting: createWaitingRuns(models), queue, logger });
});
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await connection.destroy();
});

/** A run that waits for room, as the record has it. */
async function waitingRun(projectId: string, fields: Partial<RunDocument> = { active: true }) {
  const run = {
    _id: newId(),
    project_id: projectId,
    thread_id: newId(),
    lane: 'interactive',
    status: 'queued',
  } as const;
  await models.runs.collection.insertOne({ ...run, waiting: true, dispatch: 0, ...fields } as never);
  return run;
}
const dispatchOf = async (runId: string) => (await models.runs.findOne({ _id: runId }).lean<RunDocument>())?.dispatch;

describe('room in the window of a project', () => {
  it('that was taken for a run which does not need it goes to the one that waits', async () => {
    const projectId = newId();
    const reserved = { _id: newId(), project_id: projectId, lane: 'interactive' } as const;
    expect(await admission.reserve(reserved)).toBe(true);
    const waiting = await waitingRun(projectId);
    expect(await admission.admit(waiting), 'no room yet').toBeNull();
    await admission.left(reserved);
    expect(await dispatchOf(waiting._id)).toBe(1);
  });

  it('is not kept by a run that ended while it was being admitted', async () => {
    const projectId = newId();
    const ended = await waitingRun(projectId, { status: 'cancelled' });
    expect(await admission.admit(ended)).toBeNull();
    expect(await window.count(projectId, 'interactive')).toBe(0);
  });

  it('is filled past a run that does not hold its thread', async () => {
    const projectId = newId();
    const stray = await waitingRun(projectId, {});
    const next = await waitingRun(projectId);
    await admission.refill(projectId, 'interactive');
    expect([await dispatchOf(stray._id), await dispatchOf(next._id)]).toEqual([0, 1]);
  });
});
