import type { RunStep } from '../../shared/domain/run.ts';
import type { CheckpointDocument } from '../../shared/mongo/documents.ts';

export const exampleStep: RunStep = {
  step: 1,
  type: 'model_call',
  status: 'completed',
  checkpoint_id: '0190a3b4-0000-7000-8000-000000000006',
  attempt: 1,
  message_id: '0190a3b4-0000-7000-8000-000000000005',
  tool_call_id: null,
  name: 'gpt-4o-mini',
  finish_reason: 'stop',
  usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 },
  error: null,
  context: null,
  started_at: '2026-01-31T09:30:00.010Z',
  first_token_at: '2026-01-31T09:30:00.450Z',
  finished_at: '2026-01-31T09:30:01.000Z',
  duration_ms: 990,
};

/** What a checkpoint recorded, as one step for each model call and each tool call. */
export function toRunSteps(checkpoint: CheckpointDocument): RunStep[] {
  const { metadata } = checkpoint;
  const startedAt = metadata.started_at ?? checkpoint.created_at.toISOString();
  const finishedAt = metadata.finished_at ?? checkpoint.created_at.toISOString();
  const whole: RunStep = {
    step: checkpoint.step ?? 0,
    type: 'input',
    status: 'completed',
    checkpoint_id: checkpoint._id,
    attempt: checkpoint.attempt ?? 0,
    message_id: checkpoint.messages[0]?.id ?? null,
    tool_call_id: null,
    name: null,
    finish_reason: null,
    usage: null,
    error: null,
    context: null,
    started_at: startedAt,
    first_token_at: null,
    finished_at: finishedAt,
    duration_ms: Date.parse(finishedAt) - Date.parse(startedAt),
  };
  switch (checkpoint.source) {
    case 'input':
      return [whole];
    case 'update':
      return [{ ...whole, type: 'update' }];
    case 'model':
      return [
        {
          ...whole,
          type: 'model_call',
          name: metadata.model ?? null,
          finish_reason: metadata.finish_reason ?? null,
          usage: metadata.usage ?? null,
          ...(metadata.output_errors
            ? { status: 'failed', error: { code: 'output_invalid', message: metadata.output_errors.join(' ') } }
            : {}),
          context: metadata.context ?? null,
          first_token_at: metadata.first_token_at ?? null,
        },
      ];
    case 'tools':
      return (metadata.tools ?? []).map((tool) => ({ ...whole, type: 'tool_call', ...tool }));
    default:
      return checkpoint.source satisfies never;
  }
}
