import type { VersionRange } from '../domain/checkpoint.ts';
import { createBackwardFold, isWithin, visibleRanges } from '../domain/fold-checkpoints.ts';
import type { Message } from '../domain/message.ts';
import type { CheckpointLog } from './checkpoint-log.ts';
import type { CheckpointDocument } from './documents.ts';

export interface ThreadTail {
  /** The newest checkpoint of the thread, on whatever branch. */
  readonly head: CheckpointDocument | null;
  /** The newest messages, oldest first. */
  readonly messages: readonly Message[];
}

export interface HistoryEntry {
  readonly checkpoint: CheckpointDocument;
  readonly parent: CheckpointDocument | null;
  readonly messages: readonly Message[];
}

/** Messages of a thread out of its log. `tail` and `page` read no more of a long thread than they answer (edits by hand aside). */
export interface ThreadReader {
  /** The newest `limit` messages: one query for a thread that was never forked. */
  tail(projectId: string, threadId: string, limit: number): Promise<ThreadTail>;
  /** All messages, or the newest `limit`, right after a checkpoint. */
  at(checkpoint: CheckpointDocument, limit?: number): Promise<Message[]>;
  /** Checkpoints newest first, whatever branch they are on, each with the messages as they were after it. `below`: a version to go on under. */
  history(
    projectId: string,
    threadId: string,
    page: { limit: number; below?: number | undefined },
  ): Promise<HistoryEntry[]>;
  /** A page that ends in front of message `before` (default: at the end), oldest first; null when that message was never in this state of the thread. One that was removed since still marks its place. */
  page(
    projectId: string,
    threadId: string,
    page: { limit: number; before?: string | undefined },
  ): Promise<{ messages: Message[]; more: boolean } | null>;
}

export function createThreadReader(log: CheckpointLog): ThreadReader {
  async function foldBackwards(
    at: CheckpointDocument,
    ranges: readonly VersionRange[],
    limit: number,
  ): Promise<Message[]> {
    const fold = createBackwardFold();
    const pageSize = Math.min(limit, 500);
    for await (const checkpoint of log.backwards(at.project_id, at.thread_id, ranges, pageSize)) {
      fold.add(checkpoint);
      if (fold.count >= limit) break;
    }
    return fold.messages(limit);
  }

  return {
    async tail(projectId, threadId, limit) {
      const newest = await log.newest(projectId, threadId, limit);
      const head = newest[0] ?? null;
      if (!head) return { head, messages: [] };
      const ranges = await log.rangesOf(head);
      const fold = createBackwardFold();
      for (const checkpoint of newest) if (isWithin(checkpoint.version, ranges)) fold.add(checkpoint);
      const enough = fold.count >= limit || newest.length < limit;
      return { head, messages: enough ? fold.messages(limit) : await foldBackwards(head, ranges, limit) };
    },

    at: async (checkpoint, limit = Number.POSITIVE_INFINITY) =>
      foldBackwards(checkpoint, await log.rangesOf(checkpoint), limit),

    async history(projectId, threadId, { limit, below: belowVersion }) {
      const page = await log.newest(projectId, threadId, limit, belowVersion);
      const newest = page[0];
      if (!newest) return [];
      // The states of a page overlap almost wholly, so the log below is read once for all of them.
      const byVersion = new Map<number, CheckpointDocument>();
      for await (const checkpoint of log.backwards(projectId, threadId, [[1, newest.version]], 500))
        byVersion.set(checkpoint.version, checkpoint);
      return page.map((checkpoint) => {
        const ranges = visibleRanges(checkpoint, byVersion.get(checkpoint.fork)?.ranges ?? []);
        const fold = createBackwardFold();
        for (const candidate of byVersion.values()) if (isWithin(candidate.version, ranges)) fold.add(candidate);
        return { checkpoint, parent: byVersion.get(checkpoint.parent) ?? null, messages: fold.messages() };
      });
    },

    async page(projectId, threadId, { limit, before }) {
      const wanted = limit + 1;
      if (before === undefined) {
        const { messages } = await this.tail(projectId, threadId, wanted);
        return cut(messages, limit);
      }
      const head = await log.head(projectId, threadId);
      if (!head) return null;
      const ranges = await log.rangesOf(head);
      const from = await log.adding(projectId, threadId, ranges, before);
      if (!from) return null;
      const fold = createBackwardFold();
      for (const edit of await log.edits(projectId, threadId, ranges, from.version)) fold.addEdits(edit);
      // One more than wanted: the first checkpoint often holds nothing but the message itself.
      for await (const checkpoint of log.backwards(projectId, threadId, below(ranges, from.version), wanted + 1)) {
        fold.add(checkpoint, checkpoint.version === from.version ? before : undefined);
        if (fold.count >= wanted) break;
      }
      return cut(fold.messages(wanted), limit);
    },
  };
}

/** The part of the ranges up to a version. */
const below = (ranges: readonly VersionRange[], version: number): VersionRange[] =>
  ranges.filter(([from]) => from <= version).map(([from, to]) => [from, Math.min(to, version)]);

const cut = (messages: readonly Message[], limit: number) => ({
  messages: messages.slice(-limit),
  more: messages.length > limit,
});
