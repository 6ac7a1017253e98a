import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckIndexes } from '../../../src/shared/mongo/check-indexes.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { createModels, ensureIndexes, type Models } from '../../../src/shared/mongo/models.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
let connection: Connection;
let models: Models;
beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 10, appName: 'test' });
  models = createModels(connection);
});
afterAll(() => connection.destroy());

describe('the check of indexes', () => {
  it('names all when there is nothing yet, and is silent when they were made', async () => {
    const check = createCheckIndexes({ checkpoints: models.checkpoints, workers: models.workers });
    await expect(check()).rejects.toThrow('checkpoints.log');
    await expect(check()).rejects.toThrow('workers.gone');
    await ensureIndexes(models);
    await check();
  });

  it('names one that somebody dropped, or made again without what it promises', async () => {
    await ensureIndexes(models);
    await models.checkpoints.collection.dropIndex('log');
    await expect(createCheckIndexes(models)()).rejects.toThrow('missing: checkpoints.log.');
    await models.checkpoints.collection.createIndex({ thread_id: 1, version: 1 }, { name: 'log' });
    await expect(createCheckIndexes(models)()).rejects.toThrow('missing: checkpoints.log.');
  });

  it('looks again after a minute, not with each probe', async () => {
    await models.checkpoints.collection.dropIndex('log');
    await ensureIndexes(models);
    const check = createCheckIndexes(models);
    await check();
    await models.checkpoints.collection.dropIndex('edits');
    await check();
  });
});
