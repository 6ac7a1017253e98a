/**
 * A thread as an append-only log of checkpoints. Inserting one **is** the commit: `(thread_id, version)` within a project and `(run_id, step)` are unique, so of two writers one
 * wins. A process may die before or after the insert, never inside it; after it, a repeat finds the step there and adopts it.
 */
import type { CheckpointSource, VersionRange } from '../domain/checkpoint.ts';
import { isWithin, visibleRanges } from '../domain/fold-checkpoints.ts';
import { newId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { CheckpointDocument, CheckpointMetadata } from './documents.ts';
import type { Models } from './models.ts';
import { keyFields, type RequestKey, sameRequest } from './request-key.ts';

/** Where the next checkpoint goes: after `base`, which is the newest of the thread (`head`) unless it forks. null: the empty thread. */
export interface LogPosition {
  readonly head: CheckpointDocument | null;
  readonly base: CheckpointDocument | null;
}

export interface NewCheckpoint {
  readonly projectId: string;
  readonly threadId: string;
  readonly source: CheckpointSource;
  readonly run?: { readonly id: string; readonly step: number; readonly attempt: number };
  readonly messages: readonly Message[];
  readonly replaced?: readonly string[];
  readonly removed?: readonly string[];
  /** Only with `fail`: a key that is taken is a conflict too. */
  readonly key?: RequestKey | undefined;
  readonly metadata: CheckpointMetadata;
}

export type Commit =
  /** It is stored: now, or by an earlier attempt (`adopted`), whose content then counts and not ours. */
  | { readonly kind: 'committed' | 'adopted'; readonly checkpoint: CheckpointDocument }
  /** Someone else wrote to the thread; only told when `onConflict` is `fail`. */
  | { readonly kind: 'conflict' };

export interface CheckpointLog {
  /** Appends. When only the version was taken, a run goes on at the next version (`rebase`), a change by hand is told (`fail`). */
  commit(position: LogPosition, checkpoint: NewCheckpoint, onConflict: 'rebase' | 'fail'): Promise<Commit>;
  head(projectId: string, threadId: string): Promise<CheckpointDocument | null>;
  byId(projectId: string, threadId: string, checkpointId: string): Promise<CheckpointDocument | null>;
  byVersion(projectId: string, threadId: string, version: number): Promise<CheckpointDocument | null>;
  /** What an earlier request with this key committed. @throws AppError idempotency_key_reused */
  byRequest(projectId: string, key: RequestKey): Promise<CheckpointDocument | null>;
  ofRun(projectId: string, runId: string): Promise<CheckpointDocument[]>;
  /** Newest first, from `below` (exclusive), whatever branch they are on. */
  newest(projectId: string, threadId: string, limit: number, below?: number): Promise<CheckpointDocument[]>;
  /** The versions the state at this checkpoint is made of. */
  rangesOf(at: CheckpointDocument): Promise<VersionRange[]>;
  /** Checkpoints of the ranges, newest first, read in pages. */
  backwards(
    projectId: string,
    threadId: string,
    ranges: readonly VersionRange[],
    pageSize: number,
  ): AsyncGenerator<CheckpointDocument>;
  /** Those of the ranges that replaced or removed something, above `above`, newest first. */
  edits(
    projectId: string,
    threadId: string,
    ranges: readonly VersionRange[],
    above: number,
  ): Promise<CheckpointDocument[]>;
  /** The visible checkpoint that added the message. */
  adding(
    projectId: string,
    threadId: string,
    ranges: readonly VersionRange[],
    messageId: string,
  ): Promise<CheckpointDocument | null>;
  /** All checkpoints into another thread, with new ids. */
  copy(projectId: string, fromThreadId: string, toThreadId: string): Promise<void>;
  removeOfThread(projectId: string, threadId: string): Promise<void>;
}

/** Every lost race means that another writer got on, so this many in a row are not a race any more. */
const MAX_TRIES = 50;

export function createCheckpointLog(models: Pick<Models, 'checkpoints'>): CheckpointLog {
  const { checkpoints } = models;
  const insert = createInserter(checkpoints);
  const of = (projectId: string, threadId: string) => ({ thread_id: threadId, project_id: projectId });

  const head: CheckpointLog['head'] = (projectId, threadId) =>
    checkpoints.findOne(of(projectId, threadId)).sort({ version: -1 }).lean<CheckpointDocument>();

  const byVersion: CheckpointLog['byVersion'] = (projectId, threadId, version) =>
    checkpoints.findOne({ ...of(projectId, threadId), version }).lean<CheckpointDocument>();

  async function forkRanges(at: CheckpointDocument): Promise<VersionRange[]> {
    if (at.fork === 0) return [];
    const fork = at.ranges ? at : await byVersion(at.project_id, at.thread_id, at.fork);
    if (!fork?.ranges) throw new Error(`thread ${at.thread_id}: fork ${at.fork} is not there`);
    return fork.ranges;
  }
  const rangesOf: CheckpointLog['rangesOf'] = async (at) => visibleRanges(at, await forkRanges(at));

  async function toDocument({ head: newest, base }: LogPosition, next: NewCheckpoint): Promise<CheckpointDocument> {
    const version = (newest?.version ?? 0) + 1;
    const forks = base?.version !== newest?.version;
    const replaced = next.replaced ?? [];
    const removed = next.removed ?? [];
    return {
      _id: newId(),
      project_id: next.projectId,
      thread_id: next.threadId,
      version,
      parent: base?.version ?? 0,
      fork: forks ? version : (base?.fork ?? 0),
      ...(forks ? { ranges: base ? await rangesOf(base) : [] } : {}),
      source: next.source,
      ...(next.run ? { run_id: next.run.id, step: next.run.step, attempt: next.run.attempt } : {}),
      messages: [...next.messages],
      replaced: [...replaced],
      removed: [...removed],
      ...(replaced.length + removed.length > 0 ? { edited: true as const } : {}),
      metadata: next.metadata,
      created_at: new Date(),
      ...keyFields(next.key),
    };
  }

  return {
    async commit(position, next, onConflict) {
      let at = position;
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const checkpoint = await toDocument(at, next);
        try {
          await insert(checkpoint);
          return { kind: 'committed', checkpoint };
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        if (next.run) {
          const adopted = await checkpoints
            .findOne({ run_id: next.run.id, step: next.run.step })
            .lean<CheckpointDocument>();
          if (adopted) return { kind: 'adopted', checkpoint: adopted };
        }
        if (onConflict === 'fail') return { kind: 'conflict' };
        const newest = await head(next.projectId, next.threadId);
        const continues = at.base?.version === at.head?.version;
        at = { head: newest, base: continues ? newest : at.base };
      }
      throw new Error(`thread ${next.threadId}: no free version after ${MAX_TRIES} tries`);
    },

    head,
    byVersion,
    rangesOf,

    byId: (projectId, threadId, checkpointId) =>
      checkpoints.findOne({ _id: checkpointId, ...of(projectId, threadId) }).lean<CheckpointDocument>(),

    byRequest: async (projectId, key) =>
      sameRequest(
        await checkpoints.findOne({ project_id: projectId, idempotency_key: key.key }).lean<CheckpointDocument>(),
        key,
      ),

    ofRun: (projectId, runId) =>
      checkpoints
        .find({ run_id: runId, project_id: projectId })
        .sort({ step: 1 })
        .batchSize(1001)
        .lean<CheckpointDocument[]>(),

    newest: (projectId, threadId, limit, below) =>
      checkpoints
        .find({ ...of(projectId, threadId), ...(below === undefined ? {} : { version: { $lt: below } }) })
        .sort({ version: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<CheckpointDocument[]>(),

    async *backwards(projectId, threadId, ranges, pageSize) {
      for (const [from, to] of ranges.toReversed()) {
        for (let below = to + 1; below > from; ) {
          const page = await checkpoints
            .find({ ...of(projectId, threadId), version: { $gte: from, $lt: below } })
            .sort({ version: -1 })
            .limit(pageSize)
            .batchSize(pageSize + 1)
            .lean<CheckpointDocument[]>();
          yield* page;
          below = page.length < pageSize ? from : (page.at(-1)?.version ?? from);
        }
      }
    },

    async edits(projectId, threadId, ranges, above) {
      const found = await checkpoints
        .find({ ...of(projectId, threadId), edited: true, version: { $gt: above } })
        .sort({ version: -1 })
        .lean<CheckpointDocument[]>();
      return found.filter((checkpoint) => isWithin(checkpoint.version, ranges));
    },

    async adding(projectId, threadId, ranges, messageId) {
      const found = await checkpoints
        .find({ ...of(projectId, threadId), 'messages.id': messageId })
        .sort({ version: -1 })
        .lean<CheckpointDocument[]>();
      return (
        found.find((checkpoint) => isWithin(checkpoint.version, ranges) && !checkpoint.replaced.includes(messageId)) ??
        null
      );
    },

    async copy(projectId, fromThreadId, toThreadId) {
      const pageSize = 200;
      for (let above = 0, more = true; more; ) {
        const page = await checkpoints
          .find({ ...of(projectId, fromThreadId), version: { $gt: above } })
          .sort({ version: 1 })
          .limit(pageSize)
          .batchSize(pageSize + 1)
          .lean<CheckpointDocument[]>();
        const copies = page.map(({ run_id, step: _step, attempt: _attempt, idempotency_key: _key, ...rest }) => ({
          ...rest,
          _id: newId(),
          thread_id: toThreadId,
          metadata: {
            ...rest.metadata,
            copied_from: { thread_id: fromThreadId, checkpoint_id: rest._id, run_id: run_id ?? null },
          },
        }));
        if (copies.length > 0) await checkpoints.insertMany(copies, { lean: true });
        above = page.at(-1)?.version ?? above;
        more = page.length === pageSize;
      }
    },

    async removeOfThread(projectId, threadId) {
      await checkpoints.deleteMany(of(projectId, threadId));
    },
  };
}
