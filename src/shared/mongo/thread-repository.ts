import { newId } from '../domain/ids.ts';
import type { Metadata } from '../domain/json.ts';
import type { RunStatus } from '../domain/run-status.ts';
import type { MessagePreview, Thread, ThreadPatch, ThreadStatus } from '../domain/thread.ts';
import { AppError } from '../errors/app-error.ts';
import { changeOne } from './change-one.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createChanger } from './create-changer.ts';
import { createInserter } from './create-inserter.ts';
import type { RunDocument, ThreadDocument } from './documents.ts';
import type { Models } from './models.ts';
import { bury, keyFields, type RequestKey, sameRequestOfLiving } from './request-key.ts';
import { threadIdOf, threadKey } from './thread-key.ts';
import { toThread } from './to-wire.ts';

export interface NewThread {
  readonly threadId?: string | undefined;
  readonly name: string;
  readonly assistantId: string;
  readonly metadata: Metadata;
  readonly temporary?: boolean;
  /** Of the newest message, for a thread that is created with some. */
  readonly lastMessage?: MessagePreview | null;
  readonly key?: RequestKey | undefined;
}

export interface RunPlace {
  readonly seq: number;
  readonly assistantId: string;
  /** The run with the place before has held the thread and ended, so that nobody waits but who is being accepted at this moment too. */
  readonly idle: boolean;
}

export interface NotedEnd {
  readonly status: RunStatus;
  readonly lastMessage: MessagePreview | null;
  /** Of a run that held the thread until it ended, and only of such a one: earlier ones may still wait when another ends. */
  readonly settledSeq?: number;
}

export interface ThreadRepository {
  /** @throws AppError `thread_exists` when the project has a thread with this id, or the key is taken. */
  create(projectId: string, thread: NewThread): Promise<Thread>;
  /** What an earlier request with this key created. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(projectId: string, key: RequestKey): Promise<Thread | null>;
  get(projectId: string, threadId: string): Promise<Thread | null>;
  /** Most recently updated first; temporary threads are left out. `search`: only those with this text in their name, in whatever case. */
  list(
    projectId: string,
    page: { limit: number; after?: { updatedAt: Date; threadId: string } | undefined; search?: string | undefined },
  ): Promise<Thread[]>;
  patch(projectId: string, threadId: string, patch: ThreadPatch): Promise<Thread | null>;
  /** Takes the next place in the thread's order of runs. null: no such thread. */
  nextRunSeq(projectId: string, threadId: string): Promise<RunPlace | null>;
  /** Makes the end of the run with place `seq` look for a next one, as if a later place had been taken. */
  noteWaiting(projectId: string, threadId: string, seq: number): Promise<void>;
  /** Notes how a run ended. @returns the `seq` accepted last, or null when the thread is gone. */
  noteRunEnd(projectId: string, threadId: string, end: NotedEnd): Promise<number | null>;
  /** Notes a change by hand. */
  noteUpdate(projectId: string, threadId: string, lastMessage: MessagePreview | null): Promise<void>;
  /** Makes the thread invisible at once; its parts are removed after. false: no such thread. */
  markDeleted(projectId: string, threadId: string): Promise<boolean>;
  /** Threads whose deletion was interrupted, and temporary ones that nobody has used for long; across projects, for the sweeper. */
  leftovers(deletedBefore: Date, temporaryBefore: Date): Promise<{ project_id: string; thread_id: string }[]>;
  /** The last step of a deletion. */
  removeDocument(projectId: string, threadId: string): Promise<void>;
}

export function createThreadRepository(models: Pick<Models, 'threads' | 'runs'>): ThreadRepository {
  const { threads, runs } = models;
  const insert = createInserter(threads);
  const note = createChanger(threads, { run_seq: 1, project_id: 1, deleted_at: 1, removed_at: 1 });
  const visible = (projectId: string, threadId: string) => ({
    _id: threadKey(projectId, threadId),
    project_id: projectId,
    deleted_at: null,
    removed_at: null,
  });

  /** Threads of one project. Status is derived from the runs that hold them: one look-up for a page, and nothing that could disagree with them. */
  async function present(documents: readonly ThreadDocument[]): Promise<Thread[]> {
    const [first] = documents;
    if (!first) return [];
    const ids = documents.map((thread) => threadIdOf(thread._id));
    const holders = await runs
      .find({ thread_id: { $in: ids }, project_id: first.project_id, active: true }, { thread_id: 1, status: 1 })
      .batchSize(documents.length + 1)
      .lean<Pick<RunDocument, 'thread_id' | 'status'>[]>();
    const held = new Map(holders.map((run) => [run.thread_id, run.status]));
    return documents.map((document) =>
      toThread(document, threadStatus(held.get(threadIdOf(document._id)), document.last_run_status)),
    );
  }
  const presentOne = async (document: ThreadDocument | null) =>
    document ? ((await present([document]))[0] ?? null) : null;

  /** An id that a client chose can be used again at once when its thread is gone, whatever key is kept there. */
  async function takeOver(document: ThreadDocument): Promise<boolean> {
    const { _id, project_id, idempotency_key = null } = document;
    const remains = { _id, project_id, removed_at: { $exists: true }, idempotency_key: { $ne: idempotency_key } };
    try {
      const { matchedCount } = await threads.collection.replaceOne(remains as object, document);
      return matchedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    async create(projectId, { threadId, name, assistantId, metadata, temporary = false, lastMessage = null, key }) {
      const now = new Date();
      const document: ThreadDocument = {
        _id: threadKey(projectId, threadId ?? newId()),
        project_id: projectId,
        name,
        assistant_id: assistantId,
        metadata,
        run_seq: 0,
        settled_seq: 0,
        last_message: lastMessage,
        last_run_status: null,
        temporary,
        created_at: now,
        updated_at: now,
        ...keyFields(key),
      };
      try {
        await insert(document);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        if (!(await takeOver(document)))
          throw new AppError('thread_exists', { detail: 'A thread with this id exists.' });
      }
      return toThread(document, 'idle');
    },

    byRequest: async (projectId, key) =>
      presentOne(
        sameRequestOfLiving(
          await threads.findOne({ project_id: projectId, idempotency_key: key.key }).lean<ThreadDocument>(),
          key,
          'thread',
        ),
      ),

    get: async (projectId, threadId) =>
      presentOne(await threads.findOne(visible(projectId, threadId)).lean<ThreadDocument>()),

    async list(projectId, { limit, after, search }) {
      const older = after && {
        $or: [
          { updated_at: { $lt: after.updatedAt } },
          { updated_at: after.updatedAt, _id: { $lt: threadKey(projectId, after.threadId) } },
        ],
      };
      const documents = await threads
        .find({
          project_id: projectId,
          temporary: false,
          deleted_at: null,
          ...(after ? { updated_at: { $lte: after.updatedAt } } : {}),
          ...(search === undefined ? {} : { name: { $regex: literally(search), $options: 'i' } }),
          ...older,
        })
        .sort({ updated_at: -1, _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<ThreadDocument[]>();
      return present(documents);
    },

    patch: async (projectId, threadId, patch) =>
      presentOne(
        await threads
          .findOneAndUpdate(
            visible(projectId, threadId),
            {
              $set: {
                ...(patch.name === undefined ? {} : { name: patch.name }),
                ...(patch.metadata === undefined ? {} : { metadata: patch.metadata }),
                ...(patch.assistant_id === undefined ? {} : { assistant_id: patch.assistant_id }),
                updated_at: new Date(),
              },
            },
            { returnDocument: 'after' },
          )
          .lean<ThreadDocument>(),
      ),

    async nextRunSeq(projectId, threadId) {
      const thread = await changeOne(
        threads,
        visible(projectId, threadId),
        { $inc: { run_seq: 1 }, $max: { updated_at: new Date() } },
        { projection: { run_seq: 1, settled_seq: 1, assistant_id: 1 } },
      );
      if (!thread) return null;
      const { run_seq: seq, settled_seq, assistant_id: assistantId } = thread;
      return { seq, assistantId, idle: settled_seq === seq - 1 };
    },

    async noteWaiting(projectId, threadId, seq) {
      await threads.updateOne(visible(projectId, threadId), { $max: { run_seq: seq + 1 } });
    },

    async noteRunEnd(projectId, threadId, { status, lastMessage, settledSeq }) {
      const { _id: id, ...filter } = visible(projectId, threadId);
      const thread = await note({
        id,
        filter,
        change: {
          $set: { last_run_status: status, ...(lastMessage ? { last_message: lastMessage } : {}) },
          $max: { updated_at: new Date(), ...(settledSeq === undefined ? {} : { settled_seq: settledSeq }) },
        },
      });
      return thread && thread.project_id === projectId && !thread.deleted_at && !thread.removed_at
        ? thread.run_seq
        : null;
    },

    async noteUpdate(projectId, threadId, lastMessage) {
      await threads.updateOne(visible(projectId, threadId), {
        $set: { last_message: lastMessage },
        $max: { updated_at: new Date() },
      });
    },

    async markDeleted(projectId, threadId) {
      const { matchedCount } = await threads.updateOne(visible(projectId, threadId), {
        $set: { deleted_at: new Date() },
      });
      return matchedCount === 1;
    },

    async leftovers(deletedBefore, temporaryBefore) {
      const ids = { project_id: 1 } as const;
      const deleted = await threads
        .find({ deleted_at: { $lt: deletedBefore } }, ids)
        .limit(20)
        .lean<ThreadDocument[]>();
      const unused = await threads
        .find({ temporary: true, updated_at: { $lt: temporaryBefore } }, ids)
        .limit(20)
        .lean<ThreadDocument[]>();
      return [...deleted, ...unused].map((thread) => ({
        project_id: thread.project_id,
        thread_id: threadIdOf(thread._id),
      }));
    },

    async removeDocument(projectId, threadId) {
      await bury(threads, { _id: threadKey(projectId, threadId), project_id: projectId });
    },
  };
}

/** A pattern that finds just this text. */
const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function threadStatus(holder: RunStatus | undefined, lastRun: RunStatus | null): ThreadStatus {
  if (holder === 'requires_action') return 'interrupted';
  if (holder !== undefined) return 'busy';
  return lastRun === 'failed' ? 'error' : 'idle';
}
