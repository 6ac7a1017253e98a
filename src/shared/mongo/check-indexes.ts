import type { Model } from 'mongoose';
import { NotReady } from '../ops/not-ready.ts';

/** How long a good answer is good for: nobody drops an index by accident every minute, and it takes one command for each collection. */
const GOOD_MS = 60_000;

/** Are all declared indexes there, and unique where they promise it? @throws NotReady with the names of those that are not */
export type CheckIndexes = () => Promise<void>;

export function createCheckIndexes(models: object): CheckIndexes {
  let goodUntil = 0;
  return async () => {
    if (performance.now() < goodUntil) return;
    const missing = await Promise.all((Object.values(models) as Model<unknown>[]).map(missingIn));
    const names = missing.flat();
    if (names.length > 0) throw new NotReady(`These indexes are missing: ${names.join(', ')}. A restart makes them.`);
    goodUntil = performance.now() + GOOD_MS;
  };
}

async function missingIn(model: Model<unknown>): Promise<string[]> {
  const wanted = model.schema.indexes().map(([, { name, unique }]) => ({ name: `${name}`, unique: unique === true }));
  if (wanted.length === 0) return [];
  const there = await model.collection.indexes().catch((error: unknown) => {
    if (isNoSuchCollection(error)) return [];
    throw error;
  });
  return wanted
    .filter(({ name, unique }) => !there.some((index) => index.name === name && (index.unique === true) === unique))
    .map(({ name }) => `${model.collection.collectionName}.${name}`);
}

const isNoSuchCollection = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 26;
