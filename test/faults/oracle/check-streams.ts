import { type EventCursor, formatCursor } from '../../../src/shared/domain/stream-event.ts';
import type { CheckpointDocument, RunDocument } from '../../../src/shared/mongo/documents.ts';
import type { Models } from '../../../src/shared/mongo/models.ts';
import { compareCursors } from '../../../src/shared/run-events/cursor-order.ts';
import type { PlayedRun } from '../load/play-run.ts';
import type { SeenFrame } from '../load/sse-client.ts';
import type { Findings } from './findings.ts';

/**
 * Compares what clients saw over all their connections with what is stored: ids rise, the text put together from `text` events is the stored text, and `done` says how the
 * run ended. A message that a client never saw finished (its attempt was lost) does not count; where a snapshot came, it stands for what was missed before it.
 */
export async function checkStreams(
  models: Models,
  played: readonly PlayedRun[],
  runs: readonly RunDocument[],
  found: Findings,
): Promise<void> {
  const byId = new Map(runs.map((run) => [run._id, run]));
  const threadIds = [...new Set(played.map((run) => run.threadId))];
  const checkpoints = await models.checkpoints.find({ thread_id: { $in: threadIds } }).lean<CheckpointDocument[]>();
  const steps = Map.groupBy(checkpoints, (checkpoint) => checkpoint.run_id ?? '');

  for (const { runId, frames, done } of played) {
    if (runId === null || !done) continue;
    checkIds(runId, frames, found);
    const status = frames.findLast((frame) => frame.event === 'done')?.data.status;
    const run = byId.get(runId);
    if (run && status !== run.status) found.wrong.push(`run ${runId}: done said ${status}, stored is ${run.status}`);
    const seen = view(frames);
    for (const message of (steps.get(runId) ?? []).flatMap((checkpoint) => checkpoint.messages)) {
      if (message.role !== 'assistant') continue;
      const stored = String(message.content);
      const lost = difference(stored, seen.messages.get(message.id) ?? '');
      if (lost > 0) found.wrong.push(`run ${runId}: the client has another text than is stored`);
      const streamed = seen.texts.get(message.id);
      const lostInText = seen.inOnePiece(message.id) ? difference(stored, streamed ?? '') : 0;
      if (lostInText > 0) found.wrong.push(`run ${runId}: text events make ${JSON.stringify(streamed).slice(0, 80)}`);
      found.bytes_lost += Math.max(lost, lostInText);
    }
  }
}

function checkIds(runId: string, frames: readonly SeenFrame[], found: Findings): void {
  let last: EventCursor | null = null;
  for (const { id, event } of frames) {
    // A snapshot starts anew at the id up to which it is true; when Redis lost the end of a log that is below what the client had.
    if (id === null || event === 'snapshot') continue;
    if (last !== null && compareCursors(id, last) <= 0) {
      found.events_dup += 1;
      found.wrong.push(`run ${runId}: ${event} ${formatCursor(id)} came after ${last && formatCursor(last)}`);
    }
    last = id;
  }
}

/** What a client has that applies the events as documented. */
function view(frames: readonly SeenFrame[]) {
  const texts = new Map<string, string>();
  const messages = new Map<string, string>();
  /** Attempts that a message's text and the message itself came from. */
  const from = new Map<string, Set<number>>();
  let snapshots = 0;
  const note = (id: string, cursor: EventCursor | null): void => {
    if (cursor) from.set(id, (from.get(id) ?? new Set()).add(cursor.attempt));
  };
  const take = (message: Readonly<Record<string, unknown>>): void =>
    void messages.set(String(message.id), String(message.content));
  for (const { id: cursor, event, data } of frames) {
    if (event === 'text') {
      const id = String(data.message_id);
      note(id, cursor);
      texts.set(id, (texts.get(id) ?? '').slice(0, Number(data.offset)) + String(data.delta));
    } else if (event === 'message') {
      note(String(data.id), cursor);
      take(data);
    } else if (event === 'snapshot') {
      snapshots += 1;
      for (const message of data.messages as Record<string, unknown>[]) take(message);
    }
  }
  /** Was all of a message told by one attempt? When a worker dies between a commit and its events, the next one tells the whole message instead. */
  const inOnePiece = (id: string): boolean => snapshots === 0 && from.get(id)?.size === 1;
  return { texts, messages, inOnePiece };
}

/** By how many units two texts differ; 0 when they are the same. */
function difference(stored: string, seen: string): number {
  if (stored === seen) return 0;
  let same = 0;
  while (same < stored.length && stored[same] === seen[same]) same += 1;
  return Math.max(stored.length, seen.length) - same;
}
