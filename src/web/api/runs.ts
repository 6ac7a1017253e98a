import { api, ask, askPage, type Page } from './client.ts';
import type { components } from './schema.gen.d.ts';
import type { Message, Run, RunDetail, RunStep } from './types.ts';

const OPEN: readonly Run['status'][] = ['queued', 'in_progress', 'requires_action', 'cancelling'];

/** Has the run not ended yet? */
export const isOpen = (status: Run['status']): boolean => OPEN.includes(status);

/** The run that this one submits again; null when it was sent by a client. */
export const retryOf = ({ metadata }: Pick<Run, 'metadata'>): string | null =>
  typeof metadata.retry_of === 'string' ? metadata.retry_of : null;

export type RunInput = components['schemas']['ThreadRunInput'];

export const listThreadRuns = (threadId: string, limit: number, signal?: AbortSignal): Promise<Page<Run>> =>
  askPage(
    api.GET('/threads/{thread_id}/runs', {
      params: { path: { thread_id: threadId }, query: { limit } },
      ...(signal ? { signal } : {}),
    }),
  );

export const getRun = (runId: string): Promise<RunDetail> =>
  ask(api.GET('/runs/{run_id}', { params: { path: { run_id: runId } } }));

export const getRunSteps = (runId: string): Promise<RunStep[]> =>
  ask(api.GET('/runs/{run_id}/steps', { params: { path: { run_id: runId } } }));

export const createRun = (threadId: string, body: RunInput, idempotencyKey: string): Promise<Run> =>
  ask(
    api.POST('/threads/{thread_id}/runs', {
      params: { path: { thread_id: threadId } },
      headers: { 'Idempotency-Key': idempotencyKey },
      body,
    }),
  );

/** Answers when the run has ended: its model call has stopped. */
export const cancelRun = (runId: string): Promise<Run> =>
  ask(api.POST('/runs/{run_id}/cancel', { params: { path: { run_id: runId }, query: { wait: true } } }));

export const submitToolOutputs = (
  runId: string,
  outputs: readonly { tool_call_id: string; output: string }[],
): Promise<unknown> =>
  ask(
    api.POST('/runs/{run_id}/tool_outputs', {
      params: { path: { run_id: runId } },
      body: { tool_outputs: [...outputs] },
    }),
  );

/** The newest messages, or those in front of `before`; oldest first. */
export const listMessages = (threadId: string, before: string | null, signal?: AbortSignal): Promise<Page<Message>> =>
  askPage(
    api.GET('/threads/{thread_id}/messages', {
      params: { path: { thread_id: threadId }, query: { limit: 50, ...(before === null ? {} : { before }) } },
      ...(signal ? { signal } : {}),
    }),
  );
