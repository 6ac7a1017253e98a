import type { IndexSpec } from '../engine/index-spec.ts';

/**
 * Where collections report their changes, in the order they happen. A report is buffered; `committed` resolves when
 * everything reported so far will survive a crash. Each report that makes an older one worthless says how many bytes.
 */
export interface JournalWriter {
  put(collection: number, bytes: Uint8Array, replacedBytes?: number): void;
  remove(collection: number, id: unknown, removedBytes: number): void;
  createCollection(collection: number, database: string, name: string): void;
  dropCollection(collection: number, removedBytes: number): void;
  createIndex(collection: number, spec: IndexSpec): void;
  dropIndex(collection: number, name: string): void;
  committed(): Promise<void>;
}

function ignore(): void {
  // Nothing is kept, so there is nothing to report.
}

/** The journal of a store without a data directory: nothing survives, so everything is committed at once. */
export function createMemoryJournal(): JournalWriter {
  const done = Promise.resolve();
  return {
    put: ignore,
    remove: ignore,
    createCollection: ignore,
    dropCollection: ignore,
    createIndex: ignore,
    dropIndex: ignore,
    committed: () => done,
  };
}
