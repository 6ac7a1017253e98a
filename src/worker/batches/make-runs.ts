/**
 * Makes the runs of items. Order: threads, runs, the mark on the items, then the queue. A crash in between leaves items that are still marked as waiting; who does it again inserts only what
 * is missing, because the ids are the items'. A run that is stored and was not put on the queue waits there for the next room.
 */
import type { Assistant } from '../../shared/domain/assistant.ts';
import { newId } from '../../shared/domain/ids.ts';
import { DEFAULT_LIMITS } from '../../shared/domain/limits.ts';
import type { RunError } from '../../shared/domain/run.ts';
import type { AssistantRepository } from '../../shared/mongo/assistant-repository.ts';
import type { BatchDocument, BatchItemDocument } from '../../shared/mongo/batch-models.ts';
import type { BatchWork } from '../../shared/mongo/batch-work.ts';
import type { CheckpointLog } from '../../shared/mongo/checkpoint-log.ts';
import type { RunDocument, ThreadDocument } from '../../shared/mongo/documents.ts';
import type { RunRepository } from '../../shared/mongo/run-repository.ts';
import { threadKey } from '../../shared/mongo/thread-key.ts';
import type { ThreadRepository } from '../../shared/mongo/thread-repository.ts';
import { newRun } from '../../shared/runs/new-run.ts';
import type { Admission } from '../../shared/scheduling/admission.ts';
import type { Dispatcher } from '../../shared/scheduling/dispatcher.ts';
import { standInLine } from '../../shared/scheduling/stand-in-line.ts';
import type { RunHooks } from '../../shared/webhooks/run-hooks.ts';

export interface MakeRunsDeps {
  readonly work: BatchWork;
  readonly threads: Pick<ThreadRepository, 'nextRunSeq' | 'noteWaiting'>;
  readonly runs: Pick<RunRepository, 'active'>;
  readonly assistants: Pick<AssistantRepository, 'get'>;
  readonly log: Pick<CheckpointLog, 'head'>;
  readonly dispatcher: Pick<Dispatcher, 'promote'>;
  readonly admission: Pick<Admission, 'refill'>;
  readonly runHooks: Pick<RunHooks, 'fieldsFor'>;
}

type Item = BatchItemDocument;

/** What the runs of one batch have in common. */
interface Making {
  readonly batch: BatchDocument;
  /** The assistants of the upload, by id. */
  readonly kept: ReadonlyMap<string, Assistant>;
  /** Whether somebody wants to hear of the runs. */
  readonly hooked: Pick<RunDocument, 'hooks'>;
}

/** @param items of one batch, in order */
export async function makeRuns(deps: MakeRunsDeps, batch: BatchDocument, items: readonly Item[]): Promise<void> {
  const { work, admission } = deps;
  const named = [...new Set(items.flatMap((item) => item.assistant_id ?? batch.assistant_id ?? []))];
  const making: Making = {
    batch,
    kept: await work.assistants(batch._id, named),
    hooked: await deps.runHooks.fieldsFor(batch.project_id, undefined),
  };
  const own = items.filter((item) => item.on_thread === undefined);
  await onOwnThreads(work, making, own);
  await onNamedThreads(
    deps,
    making,
    items.filter((item) => item.on_thread === true),
  );
  await work.markMade(items);
  await admission.refill(batch.project_id, 'batch');
}

/** Three commands for all of them: nobody else knows these threads, so their runs hold them from the first moment. */
async function onOwnThreads(work: BatchWork, making: Making, items: readonly Item[]): Promise<void> {
  const made = items.map((item) => {
    const assistant = assistantOf(making, item);
    const run: RunDocument = { ...toRun(making, item, assistant), seq: 1, active: true, waiting: true };
    return { run, thread: toThread(making, item, assistant) };
  });
  await work.insertThreads(made.map(({ thread }) => thread));
  await work.insertRuns(made.map(({ run }) => run));
}

function assistantOf({ batch, kept }: Making, item: Item): Assistant {
  const assistant = kept.get(item.assistant_id ?? batch.assistant_id ?? '');
  // They are kept before the batch is accepted.
  if (!assistant) throw new Error(`batch ${batch._id}: the assistant of item ${item.index} was not kept`);
  return assistant;
}

function toRun({ batch, hooked }: Making, item: Item, assistant: Assistant): Omit<RunDocument, 'seq'> {
  const input = { ...item.request, lane: 'batch', multitask_strategy: 'enqueue' } as const;
  return {
    ...newRun(batch.project_id, item.thread_id, assistant, input),
    ...hooked,
    _id: item.run_id,
    batch_id: batch._id,
    batch_index: item.index,
  };
}

function toThread({ batch }: Making, item: Item, assistant: Assistant): ThreadDocument {
  const now = new Date();
  return {
    _id: threadKey(batch.project_id, item.thread_id),
    project_id: batch.project_id,
    name: item.custom_id.slice(0, 200),
    assistant_id: assistant.assistant_id,
    metadata: {},
    run_seq: 1,
    settled_seq: 0,
    last_message: null,
    last_run_status: null,
    batch_id: batch._id,
    created_at: now,
    updated_at: now,
  };
}

/** Items of one thread one after the other, in their order; different threads at the same time. */
async function onNamedThreads(deps: MakeRunsDeps, making: Making, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  const there = await deps.work.runsAmong(items.map((item) => item.run_id));
  const missing = items.filter((item) => !there.has(item.run_id));
  await Promise.all(
    [...Map.groupBy(missing, (item) => item.thread_id).values()].map(async (ofThread) => {
      for (const item of ofThread) await acceptOnThread(deps, making, item);
    }),
  );
}

/** As any run is accepted on a thread that others use too. */
async function acceptOnThread(deps: MakeRunsDeps, making: Making, item: Item): Promise<void> {
  const { work, threads, assistants, log, dispatcher } = deps;
  const { project_id: projectId } = making.batch;
  const { thread_id: threadId } = item;
  const place = await threads.nextRunSeq(projectId, threadId);
  const named = item.assistant_id === null ? null : assistantOf(making, item);
  const assistant = named ?? (place && (await assistants.get(projectId, place.assistantId)));
  if (!place || !assistant) return work.insertRuns([stillborn(making, item, place?.seq ?? 0)]);
  const retried = item.earlier_runs.at(-1);
  const head = retried === undefined || !place.idle ? null : await log.head(projectId, threadId);
  const run: RunDocument = {
    ...toRun(making, item, assistant),
    seq: place.seq,
    // A repetition takes the place of what it repeats, as long as nothing came after that.
    ...(retried !== undefined && head?.run_id === retried ? { rollback_of: retried } : {}),
  };
  await work.insertRuns([run]);
  const promoted = await dispatcher.promote(projectId, threadId);
  if (promoted?._id !== run._id) await standInLine(deps, run);
}

const GONE: RunError = {
  code: 'reference_not_found',
  message: 'The thread or its assistant was deleted before the run began.',
};

/** A run that ended before it could begin, so that its item has an end like the others. */
function stillborn(making: Making, item: Item, seq: number): RunDocument {
  const { batch } = making;
  const nobody: Assistant = {
    assistant_id: item.assistant_id ?? batch.assistant_id ?? newId(),
    project_id: batch.project_id,
    version: 1,
    name: 'Gone',
    model: 'default',
    instructions: '',
    tools: [],
    temperature: null,
    response_format: null,
    context_policy: null,
    limits: DEFAULT_LIMITS,
    metadata: {},
    created_at: batch.created_at.toISOString(),
    updated_at: batch.created_at.toISOString(),
  };
  const run = toRun(making, item, nobody);
  return { ...run, seq, status: 'failed', last_error: GONE, finished_at: run.created_at };
}
