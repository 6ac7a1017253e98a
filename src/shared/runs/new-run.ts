import type { Assistant } from '../domain/assistant.ts';
import { newId } from '../domain/ids.ts';
import { toMessageInputs } from '../domain/message.ts';
import { NO_USAGE, type RunInput, type RunOptions } from '../domain/run.ts';
import type { RunDocument } from '../mongo/documents.ts';

/** How long a run may wait for a worker, or for the client's tool outputs. */
const EXPIRES_MS = 24 * 3_600_000;

/** A run that nobody has dispatched yet, with what it is executed with as the assistant is now. Its place on the thread is still to be taken. */
export function newRun(
  projectId: string,
  threadId: string,
  assistant: Assistant,
  input: Omit<RunInput, 'thread_id' | 'assistant_id'>,
): Omit<RunDocument, 'seq'> {
  const now = new Date();
  return {
    _id: newId(),
    project_id: projectId,
    thread_id: threadId,
    assistant_id: assistant.assistant_id,
    status: 'queued',
    dispatch: 0,
    attempt: 0,
    lost: 0,
    worker_id: null,
    multitask_strategy: input.multitask_strategy,
    lane: input.lane,
    input: input.input === null || input.input === undefined ? [] : [...toMessageInputs(input.input)],
    options: toOptions(assistant, input),
    metadata: input.metadata,
    usage: NO_USAGE,
    required_action: null,
    last_error: null,
    incomplete_details: null,
    batch_id: null,
    cancel_requested_at: null,
    created_at: now,
    dispatched_at: null,
    first_token_at: null,
    finished_at: null,
    expires_at: new Date(now.getTime() + EXPIRES_MS),
  };
}

/** The assistant as it is now, with what the request overrides. */
function toOptions(assistant: Assistant, input: Omit<RunInput, 'thread_id' | 'assistant_id'>): RunOptions {
  const limits = Object.fromEntries(Object.entries(input.limits ?? {}).filter(([, value]) => value !== undefined));
  return {
    model: input.model ?? assistant.model,
    instructions: input.instructions ?? assistant.instructions,
    tools: assistant.tools,
    temperature: input.temperature === undefined ? assistant.temperature : input.temperature,
    response_format: input.response_format === undefined ? assistant.response_format : input.response_format,
    context_policy: assistant.context_policy,
    limits: { ...assistant.limits, ...limits },
  };
}
