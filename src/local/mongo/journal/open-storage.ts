import { Catalog, CatalogReplay, snapshotCatalog } from '../engine/catalog.ts';
import { openFileJournal } from './file-journal.ts';
import { createMemoryJournal, type JournalWriter } from './journal-writer.ts';
import { lockDataDir } from './lock-data-dir.ts';

export interface StorageOptions {
  dataDir?: string;
  compactAboveBytes?: number;
  onFailure?: (error: Error) => void;
}

export interface Storage {
  catalog: Catalog;
  journal: JournalWriter;
  cutBytes: number;
  compactions(): number;
  close(): Promise<void>;
}

const DEFAULT_COMPACT_ABOVE = 64 * 1024 * 1024;

/** The catalog of a data directory as its journal left it, or an empty one in memory. Throws when the directory is in use. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { dataDir, compactAboveBytes = DEFAULT_COMPACT_ABOVE, onFailure = () => undefined } = options;
  if (dataDir === undefined) {
    const journal = createMemoryJournal();
    return {
      catalog: new Catalog(journal),
      journal,
      cutBytes: 0,
      compactions: () => 0,
      close: () => Promise.resolve(),
    };
  }
  const unlock = await lockDataDir(dataDir);
  try {
    // The journal needs the catalog for replay and snapshots, the catalog needs the journal to write to.
    const catalog = new Catalog(createMemoryJournal());
    const replay = new CatalogReplay(catalog);
    const { journal, cutBytes } = await openFileJournal({
      dataDir,
      compactAboveBytes,
      onFailure,
      apply: (op) => replay.apply(op),
      snapshot: () => snapshotCatalog(catalog),
    });
    journal.setLiveBytes(replay.finish());
    catalog.attach(journal);
    return {
      catalog,
      journal,
      cutBytes,
      compactions: () => journal.compactions,
      async close() {
        await journal.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
