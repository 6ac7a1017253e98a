import type { Message } from '../../../src/shared/domain/message.ts';
import { isTerminal } from '../../../src/shared/domain/run-status.ts';
import type { CheckpointDocument, RunDocument } from '../../../src/shared/mongo/documents.ts';
import type { Models } from '../../../src/shared/mongo/models.ts';
import type { ExpectedMessage, RunPlan } from '../load/plan-run.ts';
import type { PlayedRun } from '../load/play-run.ts';
import type { Findings } from './findings.ts';

export interface RecordCheck {
  /** What a run may end as besides `completed`; the messages of such a run are the first ones of its script. */
  readonly mayEnd: (run: RunDocument) => boolean;
}

/** Compares what was accepted with what is stored: every run ended, its messages are its script, its thread executed one run at a time and in order. */
export async function checkRecord(
  models: Models,
  played: readonly PlayedRun[],
  found: Findings,
  { mayEnd }: RecordCheck = { mayEnd: () => false },
): Promise<RunDocument[]> {
  const threadIds = [...new Set(played.map((run) => run.threadId))];
  const runs = await models.runs.find({ thread_id: { $in: threadIds } }).lean<RunDocument[]>();
  const steps = Map.groupBy(
    await models.checkpoints.find({ thread_id: { $in: threadIds } }).lean<CheckpointDocument[]>(),
    (checkpoint) => checkpoint.run_id ?? '',
  );
  const byId = new Map(runs.map((run) => [run._id, run]));
  const known = new Set(played.map((run) => run.runId));

  for (const run of runs) if (!known.has(run._id)) found.wrong.push(`run ${run._id} was made and nobody was told`);
  for (const { runId, plan, problems, effects } of played) {
    found.wrong.push(...problems.map((problem) => `run ${runId}: ${problem}`));
    if (runId === null) continue;
    const run = byId.get(runId);
    if (!run || !isTerminal(run.status)) {
      found.lost += 1;
      found.wrong.push(`run ${runId} is ${run?.status ?? 'gone'}`);
      continue;
    }
    const completed = run.status === 'completed';
    if (!completed && !mayEnd(run))
      found.wrong.push(`run ${runId} ended as ${run.status} ${run.last_error?.code ?? ''}`);
    checkMessages(steps.get(runId) ?? [], plan, completed, runId, found);
    for (const [callId, times] of effects)
      if (times > 1) {
        found.dup_effects += times - 1;
        found.wrong.push(`run ${runId}: ${callId} was executed ${times} times`);
      }
  }
  await checkToolCalls(models, played, byId, found);
  for (const ofThread of Map.groupBy(runs, (run) => run.thread_id).values()) checkOrder(ofThread, found);
  return runs;
}

function checkMessages(
  checkpoints: readonly CheckpointDocument[],
  plan: RunPlan,
  whole: boolean,
  runId: string,
  found: Findings,
): void {
  const ordered = checkpoints.toSorted((a, b) => (a.step ?? 0) - (b.step ?? 0));
  if (ordered.some((checkpoint, i) => checkpoint.step !== i)) found.wrong.push(`run ${runId}: steps are not 0, 1, 2 …`);
  const messages = ordered.flatMap((checkpoint) => checkpoint.messages);
  if (new Set(messages.map((message) => message.id)).size < messages.length) found.dup_messages += 1;
  const surplus = messages.length - plan.expected.length;
  if (surplus > 0) found.dup_messages += surplus;
  if (whole && surplus < 0) found.wrong.push(`run ${runId}: ${-surplus} messages are missing`);
  for (const [i, message] of messages.entries()) {
    const expected = plan.expected[i];
    if (expected && fits(message, expected)) continue;
    found.dup_messages += expected ? 1 : 0;
    found.wrong.push(`run ${runId}: message ${i} is ${message.role} ${JSON.stringify(message.content).slice(0, 80)}`);
  }
}

function fits(message: Message, expected: ExpectedMessage): boolean {
  const callIds = message.role === 'tool' ? [message.tool_call_id] : (message.tool_calls ?? []).map((call) => call.id);
  return (
    message.role === expected.role &&
    (expected.content === null || message.content === expected.content) &&
    callIds.join() === expected.callIds.join()
  );
}

/** One record for each call that was asked for, none started and left. */
async function checkToolCalls(
  models: Models,
  played: readonly PlayedRun[],
  runs: ReadonlyMap<string, RunDocument>,
  found: Findings,
): Promise<void> {
  const threadIds = [...new Set(played.map((run) => run.threadId))];
  const calls = await models.toolCalls
    .find({ thread_id: { $in: threadIds } })
    .lean<{ run_id: string; status: string }[]>();
  const byRun = Map.groupBy(calls, (call) => call.run_id);
  for (const { runId, plan } of played) {
    if (runId === null || runs.get(runId)?.status !== 'completed') continue;
    const own = byRun.get(runId) ?? [];
    if (own.length > plan.calls) found.dup_effects += own.length - plan.calls;
    if (own.length < plan.calls || own.some((call) => call.status !== 'done'))
      found.wrong.push(`run ${runId}: ${own.length} of ${plan.calls} tool calls are recorded`);
  }
}

/**
 * Runs of a thread start one after the other, each after the end of the one before, in the order of their places.
 * @param atOnce two runs whose requests were under way at the same time may start in any order
 */
export function checkOrder(
  runs: readonly RunDocument[],
  found: Findings,
  atOnce: (one: RunDocument, other: RunDocument) => boolean = () => false,
): void {
  const started = runs.flatMap((run) => (run.started_at ? [{ run, at: run.started_at.getTime() }] : []));
  const ordered = started.toSorted((a, b) => a.at - b.at || a.run.seq - b.run.seq);
  for (const [i, { run, at }] of ordered.entries()) {
    const before = ordered[i - 1]?.run;
    const ended = before?.finished_at?.getTime() ?? null;
    if (before && (ended === null || at < ended))
      found.wrong.push(`run ${run._id} started before the end of ${before._id}`);
    for (const { run: earlier } of ordered.slice(0, i))
      if (earlier.seq > run.seq && !atOnce(earlier, run))
        found.wrong.push(`run ${earlier._id} (place ${earlier.seq}) started before ${run._id} (place ${run.seq})`);
  }
}
