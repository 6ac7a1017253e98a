import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels, type Models } from '../../../src/shared/mongo/models.ts';
import { createWorkerRepository, type WorkerRepository } from '../../../src/shared/mongo/worker-repository.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
let connection: Connection;
let models: Models;
let workers: WorkerRepository;

beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 5, appName: 'test' });
  models = createModels(connection);
  await ensureIndexes(models);
  workers = createWorkerRepository(models);
});
afterAll(() => connection.destroy());

const beat = async (): Promise<string> => {
  const _id = newId();
  await workers.beat({ _id, slots: { interactive: 1, batch: 1 }, running: 0 });
  return _id;
};
const seenAgo = (_id: string, ms: number) =>
  models.workers.updateOne({ _id }, { $set: { seen_at: new Date(Date.now() - ms) } });

describe('liveness of workers', () => {
  it('is a beat within the time limit; one not seen for longer, one that left, and an unknown one are dead', async () => {
    const [alive, silent, gone] = await Promise.all([beat(), beat(), beat()]);
    await seenAgo(silent, 60_000);
    await workers.remove(gone);
    expect(await workers.aliveAmong([alive, silent, gone, newId()], 30_000)).toEqual(new Set([alive]));
  });
});
