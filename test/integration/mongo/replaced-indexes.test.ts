import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels } from '../../../src/shared/mongo/models.ts';
import { useServices } from '../../support/services.ts';

const services = useServices();
let connection: Awaited<ReturnType<typeof connectMongo>>;
beforeAll(async () => {
  const { mongoUrl: url, database } = services;
  connection = await connectMongo({ url, database, poolSize: 2, appName: 'test' });
});
afterAll(() => connection.destroy());

it('a database of an earlier version gets the new unique indexes and loses those that they replace', async () => {
  const { runs, checkpoints, ...models } = createModels(connection);
  await runs.collection.createIndexes([
    { key: { thread_id: 1 }, name: 'one_active_per_thread', unique: true, partialFilterExpression: { active: true } },
  ]);
  await checkpoints.collection.createIndexes([{ key: { thread_id: 1, version: 1 }, name: 'log', unique: true }]);
  for (let start = 0; start < 2; start += 1) {
    await ensureIndexes({ runs, checkpoints, ...models });
    const names = [...(await runs.collection.indexes()), ...(await checkpoints.collection.indexes())].map(
      ({ name }) => name,
    );
    expect(names).toEqual(expect.arrayContaining(['one_active_of_thread', 'log_of_thread']));
    expect(names.filter((name) => name === 'one_active_per_thread' || name === 'log')).toEqual([]);
  }
});
