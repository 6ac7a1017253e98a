import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckIndexes } from '../../../src/shared/mongo/check-indexes.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels, type Models } from '../../../src/shared/mongo/models.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
let connection: Connection;
let models: Models;
beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 10, appName: 'test' });
  models = createModels(connection);
});
afterAll(() => connection.destroy());

/** One of those that promises rest on. */
function uniqueOfRuns(): { keys: Record<string, 1 | -1>; name: string } {
  const [keys, options] = models.runs.schema.indexes().find(([, { unique }]) => unique) ?? [];
  return { keys: keys as Record<string, 1 | -1>, name: String(options?.name) };
}

describe('the check of indexes', () => {
  it('names all when there is nothing yet, and is silent when they were made', async () => {
    const check = createCheckIndexes({ runs: models.runs, workers: models.workers });
    await expect(check()).rejects.toThrow(`runs.${uniqueOfRuns().name}`);
    await expect(check()).rejects.toThrow('workers.gone');
    await ensureIndexes(models);
    await check();
  });

  it('names one that somebody dropped, or made again without what it promises', async () => {
    await ensureIndexes(models);
    const { keys, name } = uniqueOfRuns();
    await models.runs.collection.dropIndex(name);
    await expect(createCheckIndexes(models)()).rejects.toThrow(`missing: runs.${name}.`);
    await models.runs.collection.createIndex(keys, { name });
    await expect(createCheckIndexes(models)()).rejects.toThrow(`missing: runs.${name}.`);
    await models.runs.collection.dropIndex(name);
  });

  it('looks again after a minute, not with each probe', async () => {
    await ensureIndexes(models);
    const check = createCheckIndexes(models);
    await check();
    await models.runs.collection.dropIndex(uniqueOfRuns().name);
    await check();
  });
});
