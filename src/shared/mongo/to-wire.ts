import type { Assistant } from '../domain/assistant.ts';
import type { Run } from '../domain/run.ts';
import type { Thread, ThreadStatus } from '../domain/thread.ts';
import type { AssistantDocument, RunDocument, ThreadDocument } from './documents.ts';
import { threadIdOf } from './thread-key.ts';

const iso = (date: Date): string => date.toISOString();
const isoOrNull = (date: Date | null | undefined): string | null => (date ? date.toISOString() : null);

export function toThread(document: ThreadDocument, status: ThreadStatus): Thread {
  return {
    thread_id: threadIdOf(document._id),
    name: document.name,
    assistant_id: document.assistant_id,
    project_id: document.project_id,
    status,
    metadata: document.metadata,
    last_message: document.last_message,
    created_at: iso(document.created_at),
    updated_at: iso(document.updated_at),
  };
}

export function toAssistant(document: AssistantDocument, assistantId = document._id): Assistant {
  return {
    assistant_id: assistantId,
    project_id: document.project_id,
    version: document.version,
    name: document.name,
    model: document.model,
    instructions: document.instructions,
    tools: document.tools,
    temperature: document.temperature,
    response_format: document.response_format,
    context_policy: document.context_policy,
    limits: document.limits,
    metadata: document.metadata,
    created_at: iso(document.created_at),
    updated_at: iso(document.updated_at),
  };
}

export function toRun(document: RunDocument): Run {
  return {
    run_id: document._id,
    thread_id: document.thread_id,
    assistant_id: document.assistant_id,
    project_id: document.project_id,
    seq: document.seq,
    status: document.status,
    multitask_strategy: document.multitask_strategy,
    lane: document.lane,
    input: document.input,
    options: document.options,
    metadata: document.metadata,
    attempt: document.attempt,
    dispatch: document.dispatch,
    worker_id: document.worker_id,
    usage: document.usage,
    required_action: document.required_action,
    last_error: document.last_error,
    incomplete_details: document.incomplete_details,
    batch_id: document.batch_id,
    schedule_id: document.schedule_id ?? null,
    webhook: document.webhook ? { url: document.webhook.url } : null,
    cancel_requested_at: isoOrNull(document.cancel_requested_at),
    created_at: iso(document.created_at),
    dispatched_at: isoOrNull(document.dispatched_at),
    started_at: isoOrNull(document.started_at),
    first_token_at: isoOrNull(document.first_token_at),
    finished_at: isoOrNull(document.finished_at),
    expires_at: isoOrNull(document.expires_at),
  };
}
