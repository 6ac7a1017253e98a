/**
 * Accepting a run. Order: its place on the thread, one insert (run, outbox and idempotency record in one; on a free thread the promotion too), promotion, bell. A crash after the
 * insert leaves an accepted run that the sweeper promotes and rings for; a crash before it leaves a gap in the order and nothing else. A client that repeats the call with its
 * Idempotency-Key gets the same run.
 */
import type { Config } from '../config/load-config.ts';
import type { Assistant } from '../domain/assistant.ts';
import type { Run, RunInput, RunOptions } from '../domain/run.ts';
import { AppError, notFound } from '../errors/app-error.ts';
import { type Once, requestKey } from '../idempotency/once.ts';
import type { QueueLimit } from '../limits/queue-limit.ts';
import type { AssistantRepository } from '../mongo/assistant-repository.ts';
import type { CheckpointLog } from '../mongo/checkpoint-log.ts';
import type { RunDocument } from '../mongo/documents.ts';
import { keyFields, type RequestKey, sameRequest } from '../mongo/request-key.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { ThreadRepository } from '../mongo/thread-repository.ts';
import { toRun } from '../mongo/to-wire.ts';
import type { Admission } from '../scheduling/admission.ts';
import type { Dispatcher } from '../scheduling/dispatcher.ts';
import { standInLine } from '../scheduling/stand-in-line.ts';
import type { RunCanceller } from '../threads/run-canceller.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { RunHooks } from '../webhooks/run-hooks.ts';
import { newRun } from './new-run.ts';

export interface StartRunDeps {
  readonly config: Pick<Config, 'QUEUED_RUNS_PER_THREAD'>;
  readonly threads: Pick<ThreadRepository, 'nextRunSeq' | 'noteWaiting' | 'create' | 'byRequest'>;
  readonly assistants: Pick<AssistantRepository, 'get'>;
  readonly runs: Pick<RunRepository, 'insert' | 'get' | 'active' | 'byIdempotencyKey' | 'countQueued' | 'withdraw'>;
  readonly log: Pick<CheckpointLog, 'byId' | 'head' | 'ofRun'>;
  readonly admission: Pick<Admission, 'reserve' | 'left' | 'admit' | 'ring'>;
  readonly dispatcher: Pick<Dispatcher, 'promote'>;
  readonly canceller: Pick<RunCanceller, 'cancel'>;
  readonly queueLimit: QueueLimit;
  readonly hooks: { readonly runHooks: Pick<RunHooks, 'fieldsFor'> };
  readonly once: Once;
  readonly tracing: Pick<Tracing, 'span' | 'current'>;
}

export interface StartedRun {
  readonly run: Run;
  /** The run of an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
  /** What the answer says of that. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a run takes over from an earlier one of the thread, which it repeats. */
export interface Repeat {
  /** Instead of what the assistant is now. */
  readonly options: RunOptions;
  /** Place of the earlier run. */
  readonly seq: number;
  /** Where the run starts from when no other run was accepted since; otherwise it continues the thread. */
  readonly from: Pick<RunDocument, 'base_version' | 'rollback_of'>;
}

/**
 * @throws AppError url_not_allowed, not_found (thread), reference_not_found, thread_busy, queue_full, too_many_queued_runs, idempotency_key_reused
 */
export async function startRun(
  deps: StartRunDeps,
  projectId: string,
  input: RunInput,
  idempotencyKey: string | undefined,
  repeat?: Repeat,
  scheduleId?: string,
): Promise<StartedRun> {
  const { value, ...replay } = await deps.once(projectId, requestKey(idempotencyKey, input), {
    async find(key) {
      const first = sameRequest(await deps.runs.byIdempotencyKey(projectId, key.key), key);
      return first && toRun(first);
    },
    make: (key) =>
      deps.tracing.span('accept run', {}, async (span) => {
        const run = await accept(deps, projectId, input, key, { repeat, scheduleId });
        span.set({ 'skein.run_id': run.run_id, 'skein.thread_id': run.thread_id, 'skein.lane': run.lane });
        return run;
      }),
  });
  return { run: value, ...replay };
}

async function accept(
  deps: StartRunDeps,
  projectId: string,
  input: RunInput,
  key: RequestKey | undefined,
  { repeat, scheduleId }: { readonly repeat: Repeat | undefined; readonly scheduleId: string | undefined },
): Promise<Run> {
  const hooked = await deps.hooks.runHooks.fieldsFor(projectId, input.webhook);
  await deps.queueLimit.admit(projectId);
  const named = input.assistant_id === undefined ? null : await findAssistant(deps, projectId, input.assistant_id);
  const threadId = input.thread_id ?? (await createTemporaryThread(deps, projectId, named, key));
  const baseVersion = await findBaseVersion(deps, projectId, threadId, input.checkpoint_id);
  const holder = input.multitask_strategy === 'enqueue' ? null : await deps.runs.active(projectId, threadId);
  if (holder && input.multitask_strategy === 'reject') throw threadBusy(holder);

  const place = await deps.threads.nextRunSeq(projectId, threadId);
  if (!place) throw notFound('thread');
  const assistant = named ?? (await findAssistant(deps, projectId, place.assistantId));

  const document = {
    ...newRun(projectId, threadId, assistant, input),
    seq: place.seq,
    ...keyFields(key),
    ...hooked,
    ...traceOf(deps),
    ...(scheduleId === undefined ? {} : { schedule_id: scheduleId }),
    ...(baseVersion === undefined ? {} : { base_version: baseVersion }),
    ...(holder && input.multitask_strategy === 'rollback' ? { rollback_of: holder.run_id } : {}),
    ...(repeat ? { options: repeat.options } : {}),
    ...(repeat && place.seq === repeat.seq + 1 ? repeat.from : {}),
  };
  const reserved = place.idle && (await deps.admission.reserve(document));
  const start = reserved ? 'dispatched' : place.idle ? 'waiting' : 'queued';
  const accepted = await deps.runs.insert(projectId, document, start);
  if (accepted.kind === 'replayed') throw new AppError('state_conflict', { detail: 'An identical request was first.' });

  const run = accepted.document;
  if (holder) await deps.canceller.cancel(projectId, holder.run_id, { promote: false });
  if (reserved && !run.active) await deps.admission.left(run);
  if (run.waiting) return toRun((await deps.admission.admit(run)) ?? run);
  if (run.active) {
    await deps.admission.ring(run);
    return toRun(run);
  }
  const promoted = await deps.dispatcher.promote(projectId, threadId);
  if (promoted?._id === run._id) return toRun(promoted);
  await refuseIfCrowded(deps, projectId, run, input);
  await standInLine(deps, run);
  return (await deps.runs.get(projectId, run._id)) ?? toRun(run);
}

const traceOf = ({ tracing }: Pick<StartRunDeps, 'tracing'>): Pick<RunDocument, 'traceparent'> => {
  const traceparent = tracing.current();
  return traceparent === undefined ? {} : { traceparent };
};

const threadBusy = (holder: Run): AppError =>
  new AppError('thread_busy', {
    detail: `Run ${holder.run_id} is active on this thread.`,
    extra: { active_run_id: holder.run_id },
  });

/** Decided after the insert, so that of many requests at once none slips through: a run that came too late is taken back. */
async function refuseIfCrowded(
  deps: StartRunDeps,
  projectId: string,
  run: RunDocument,
  input: RunInput,
): Promise<void> {
  if (input.multitask_strategy === 'reject') {
    const holder = await deps.runs.active(projectId, run.thread_id);
    if (holder && holder.run_id !== run._id && (await deps.runs.withdraw(projectId, run._id))) throw threadBusy(holder);
    return;
  }
  const queued = await deps.runs.countQueued(projectId, run.thread_id);
  if (queued <= deps.config.QUEUED_RUNS_PER_THREAD || !(await deps.runs.withdraw(projectId, run._id))) return;
  const max = deps.config.QUEUED_RUNS_PER_THREAD;
  throw new AppError('too_many_queued_runs', {
    detail: `${queued - 1} runs wait on this thread; ${max} may.`,
    extra: { limit: { scope: 'thread', max, queued: queued - 1 } },
    retryAfter: 5,
  });
}

async function findAssistant(
  deps: Pick<StartRunDeps, 'assistants'>,
  projectId: string,
  assistantId: string,
): Promise<Assistant> {
  const assistant = await deps.assistants.get(projectId, assistantId);
  if (!assistant)
    throw new AppError('reference_not_found', {
      detail: 'The assistant does not exist.',
      errors: [{ pointer: '/assistant_id', code: 'reference_not_found', message: 'No such assistant.' }],
    });
  return assistant;
}

/** One for all requests with the same key. Its own key is the run's behind a blank, which no client's key can have. */
async function createTemporaryThread(
  deps: Pick<StartRunDeps, 'threads' | 'once'>,
  projectId: string,
  assistant: Assistant | null,
  key: RequestKey | undefined,
): Promise<string> {
  if (!assistant)
    throw new AppError('validation_failed', {
      detail: 'A run needs a thread or an assistant.',
      errors: [{ pointer: '/assistant_id', code: 'required', message: 'required without thread_id' }],
    });
  const { value: thread } = await deps.once(projectId, key && { ...key, key: ` ${key.key}` }, {
    find: (threadKey) => deps.threads.byRequest(projectId, threadKey),
    make: (threadKey) =>
      deps.threads.create(projectId, {
        name: 'Temporary',
        assistantId: assistant.assistant_id,
        metadata: {},
        temporary: true,
        key: threadKey,
      }),
  });
  return thread.thread_id;
}

async function findBaseVersion(
  deps: Pick<StartRunDeps, 'log'>,
  projectId: string,
  threadId: string,
  checkpointId: string | undefined,
): Promise<number | undefined> {
  if (checkpointId === undefined) return undefined;
  const checkpoint = await deps.log.byId(projectId, threadId, checkpointId);
  if (!checkpoint)
    throw new AppError('reference_not_found', {
      detail: 'The checkpoint does not exist on this thread.',
      errors: [{ pointer: '/checkpoint_id', code: 'reference_not_found', message: 'No such checkpoint.' }],
    });
  return checkpoint.version;
}
