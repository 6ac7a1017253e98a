/**
 * What a crash can do here, and why that is safe. A record is written once and acknowledged after the fsync that
 * covers it; a crash before that leaves a torn or unacknowledged end, which replay cuts or applies, and both are right
 * because nobody was told. Compaction writes a second file, fsyncs it, renames it over the first and fsyncs the
 * directory: before the rename the old file is complete (every acknowledged record went there first), after it the new
 * one is (it holds the snapshot and every record since). A left-over second file is removed at the next start.
 */
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { IndexSpec } from '../engine/index-spec.ts';
import { StoreError } from '../errors.ts';
import { encodeRecord, JOURNAL_HEADER, type JournalOp } from './journal-record.ts';
import type { JournalWriter } from './journal-writer.ts';
import { replayJournal } from './replay-journal.ts';

export interface FileJournalDeps {
  dataDir: string;
  /** Called for each record found at the start. */
  apply(op: JournalOp): void;
  /** The whole present state as records, taken at once; it is iterated later, while the state goes on changing. */
  snapshot(): Iterable<JournalOp>;
  /** A journal smaller than this is never compacted. */
  compactAboveBytes: number;
  /** The disk failed: nothing can be acknowledged any more and memory is ahead of the disk, so the process should end. */
  onFailure(error: Error): void;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

interface Compaction {
  file: FileHandle;
  bytes: number;
  /** Records since the snapshot was taken, in order. */
  since: Buffer[];
  /** True when the snapshot is on disk and only `since` is missing. */
  ready: boolean;
}

const WRITE_BYTES = 4 * 1024 * 1024;

/** Opens (or creates) the journal of a data directory and replays it. */
export async function openFileJournal(deps: FileJournalDeps): Promise<{ journal: FileJournal; cutBytes: number }> {
  await mkdir(deps.dataDir, { recursive: true });
  const path = join(deps.dataDir, 'store.journal');
  await rm(`${path}.new`, { force: true });
  await createIfMissing(path);
  const { goodBytes, cutBytes } = await replayJournal(path, deps.apply);
  const file = await open(path, 'a');
  return { journal: new FileJournal(deps, path, file, goodBytes), cutBytes };
}

/** A header that is not whole means that the very first start crashed: nothing was ever acknowledged. */
async function createIfMissing(path: string): Promise<void> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    if (size >= JOURNAL_HEADER.length) return;
    await file.truncate(0);
    await file.write(JOURNAL_HEADER);
    await file.sync();
    await syncDirectory(dirname(path));
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The append-only file behind a store. One flush at a time; whatever arrives meanwhile shares the next fsync. */
export class FileJournal implements JournalWriter {
  readonly #deps: FileJournalDeps;
  readonly #path: string;
  #file: FileHandle;
  #fileBytes: number;
  #liveBytes = 0;
  #pending: Buffer[] = [];
  #waiters: Waiter[] = [];
  #flushing: Promise<void> | null = null;
  #compaction: Compaction | null = null;
  #compacting: Promise<void> = Promise.resolve();
  #failure: Error | null = null;
  #closed = false;

  constructor(deps: FileJournalDeps, path: string, file: FileHandle, fileBytes: number) {
    this.#deps = deps;
    this.#path = path;
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  /** How many compactions have ended since the journal was opened. */
  compactions = 0;

  /** To be called once after replay with the size of all documents. */
  setLiveBytes(bytes: number): void {
    this.#liveBytes = bytes;
  }

  put(collection: number, bytes: Uint8Array, replacedBytes = 0): void {
    this.#liveBytes += bytes.length - replacedBytes;
    this.#append({ kind: 'put', collection, bytes });
  }

  remove(collection: number, id: unknown, removedBytes: number): void {
    this.#liveBytes -= removedBytes;
    this.#append({ kind: 'remove', collection, id });
  }

  createCollection(collection: number, database: string, name: string): void {
    this.#append({ kind: 'createCollection', collection, database, name });
  }

  dropCollection(collection: number, removedBytes: number): void {
    this.#liveBytes -= removedBytes;
    this.#append({ kind: 'dropCollection', collection });
  }

  createIndex(collection: number, spec: IndexSpec): void {
    this.#append({ kind: 'createIndex', collection, spec });
  }

  dropIndex(collection: number, name: string): void {
    this.#append({ kind: 'dropIndex', collection, name });
  }

  /** Also waits for a flush in progress: an answer may rest on what another client has just written. */
  committed(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failed());
    if (this.#pending.length === 0) return this.#flushing ?? Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** Waits for what is buffered and for a compaction in progress, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#compacting;
    while (this.#flushing !== null) await this.#flushing;
    await this.#file.close();
  }

  #append(op: JournalOp): void {
    if (this.#failure !== null) throw this.#failed();
    const record = encodeRecord(op);
    this.#pending.push(record);
    this.#compaction?.since.push(record);
    this.#schedule();
  }

  #failed(): StoreError {
    return new StoreError(14031, `the journal cannot be written: ${this.#failure?.message ?? 'unknown'}`);
  }

  #schedule(): void {
    if (this.#flushing !== null) return;
    this.#flushing = this.#flushAll();
  }

  async #flushAll(): Promise<void> {
    // Everything that arrives in this turn of the event loop belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0 || this.#compaction?.ready === true) {
      const batch = this.#pending;
      const waiters = this.#waiters;
      this.#pending = [];
      this.#waiters = [];
      try {
        if (this.#compaction?.ready === true) await this.#switchFiles(this.#compaction);
        else await this.#flush(batch);
        for (const waiter of waiters) waiter.resolve();
        // Here and not after the loop, which does not end as long as writers do not pause.
        this.#compactIfWorthIt();
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)), waiters);
        return;
      }
    }
    this.#flushing = null;
  }

  async #flush(batch: readonly Buffer[]): Promise<void> {
    this.#fileBytes += await writeAll(this.#file, batch);
    await this.#file.datasync();
  }

  #fail(error: Error, waiters: readonly Waiter[]): void {
    this.#failure = error;
    for (const waiter of [...waiters, ...this.#waiters]) waiter.reject(this.#failed());
    this.#waiters = [];
    this.#pending = [];
    this.#flushing = null;
    this.#deps.onFailure(error);
  }

  #compactIfWorthIt(): void {
    if (this.#compaction !== null || this.#closed || this.#failure !== null) return;
    const { compactAboveBytes } = this.#deps;
    if (this.#fileBytes < compactAboveBytes || this.#fileBytes < 2 * this.#liveBytes) return;
    this.#compacting = this.#compact();
  }

  /**
   * Writes the snapshot beside the journal while the journal goes on; the flush loop then switches. What is pending now
   * is in memory already and so in the snapshot: only what comes later has to follow it.
   */
  async #compact(): Promise<void> {
    const ops = this.#deps.snapshot();
    const compaction: Compaction = { file: this.#file, bytes: 0, since: [], ready: false };
    this.#compaction = compaction;
    try {
      compaction.file = await open(`${this.#path}.new`, 'w');
      let chunk: Buffer[] = [JOURNAL_HEADER];
      let size = JOURNAL_HEADER.length;
      for (const op of ops) {
        const record = encodeRecord(op);
        chunk.push(record);
        size += record.length;
        if (size < WRITE_BYTES) continue;
        compaction.bytes += await writeAll(compaction.file, chunk);
        chunk = [];
        size = 0;
      }
      compaction.bytes += await writeAll(compaction.file, chunk);
      await compaction.file.datasync();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)), []);
      return;
    }
    compaction.ready = true;
    this.#schedule();
    await this.#flushing;
  }

  async #switchFiles(compaction: Compaction): Promise<void> {
    const since = compaction.since;
    // From here on new records go to `#pending` only, and `#pending` is written to the new file after this.
    this.#compaction = null;
    compaction.bytes += await writeAll(compaction.file, since);
    await compaction.file.sync();
    await rename(`${this.#path}.new`, this.#path);
    await syncDirectory(dirname(this.#path));
    const old = this.#file;
    this.#file = compaction.file;
    this.#fileBytes = compaction.bytes;
    this.compactions++;
    await old.close();
  }
}

/** Writes buffers as few large ones; a short write is continued. */
async function writeAll(file: FileHandle, buffers: readonly Buffer[]): Promise<number> {
  const bytes = buffers.length === 1 ? (buffers[0] as Buffer) : Buffer.concat(buffers);
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
  return written;
}
