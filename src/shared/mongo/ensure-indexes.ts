import type { Model, mongo } from 'mongoose';
import type { Models } from './models.ts';

/** Unique indexes of earlier versions that would refuse what is right now, by collection. */
const REPLACED_INDEXES: Readonly<Record<string, string>> = { runs: 'one_active_per_thread', checkpoints: 'log' };

/**
 * Makes every index, all of a collection in one command, and then drops those they replace. A process is not ready before this is done: without the unique ones no promise holds.
 * @throws when an index of the same name is there with other keys or options.
 */
export async function ensureIndexes(models: Models): Promise<void> {
  await Promise.all((Object.values(models) as Model<unknown>[]).map(createIndexes));
}

async function createIndexes(model: Model<unknown>): Promise<void> {
  const specifications = model.schema.indexes().map(([key, { background: _, ...settings }]) => ({ key, ...settings }));
  if (specifications.length === 0) return;
  await model.collection.createIndexes(specifications as mongo.IndexDescription[]);
  const replaced = REPLACED_INDEXES[model.collection.collectionName];
  if (replaced !== undefined && (await model.collection.indexExists(replaced)))
    await model.collection.dropIndex(replaced);
}
