import type { JsonObject } from '../domain/json.ts';
import type { RunDocument } from '../mongo/documents.ts';
import { toRun } from '../mongo/to-wire.ts';

/**
 * What endpoints are told of a run: what it is and how it stands, as the API says it, without input, options and arguments of calls. Whoever wants more reads the run.
 */
export function toRunData(document: Omit<RunDocument, 'input' | 'options'>): JsonObject {
  const run = toRun({ ...document, input: [], options: {} as RunDocument['options'] });
  const calls = run.required_action?.tool_calls.map(({ id, name }) => ({ id, name }));
  return {
    run_id: run.run_id,
    thread_id: run.thread_id,
    assistant_id: run.assistant_id,
    project_id: run.project_id,
    batch_id: run.batch_id,
    schedule_id: run.schedule_id,
    status: run.status,
    metadata: run.metadata,
    usage: run.usage,
    last_error: run.last_error,
    incomplete_details: run.incomplete_details,
    required_action: calls ? { type: 'submit_tool_outputs', tool_calls: calls } : null,
    attempt: run.attempt,
    created_at: run.created_at,
    started_at: run.started_at,
    finished_at: run.finished_at,
  };
}
