import { describe, expect, it } from 'vitest';
import { toRunSteps } from '../../../src/api/runs/to-run-steps.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import { runStepSchema } from '../../../src/shared/domain/run.ts';
import type { CheckpointDocument, ToolTiming } from '../../../src/shared/mongo/documents.ts';

const at = (ms: number) => new Date(1_767_225_600_000 + ms).toISOString();
const checkpoint = (
  source: CheckpointDocument['source'],
  metadata: CheckpointDocument['metadata'],
): CheckpointDocument => ({
  _id: newId(),
  project_id: newId(),
  thread_id: newId(),
  version: 2,
  parent: 1,
  fork: 0,
  source,
  run_id: newId(),
  step: 1,
  attempt: 2,
  messages: [],
  replaced: [],
  removed: [],
  metadata,
  created_at: new Date(at(900)),
});
const timing = (id: string, status: ToolTiming['status'], ms: number): ToolTiming => ({
  tool_call_id: id,
  message_id: newId(),
  name: 'calculator',
  status,
  error: status === 'failed' ? { code: 'x', message: 'y' } : null,
  started_at: at(0),
  finished_at: at(ms),
  duration_ms: ms,
});

describe('steps of a run out of its checkpoints', () => {
  it('a model call has its model, tokens, finish reason and duration', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const times = { started_at: at(0), first_token_at: at(20), finished_at: at(120) };
    const [step, ...others] = toRunSteps(checkpoint('model', { ...times, usage, model: 'm', finish_reason: 'stop' }));
    expect(others).toEqual([]);
    expect(runStepSchema.parse(step)).toEqual(step);
    expect(step).toMatchObject({
      type: 'model_call',
      name: 'm',
      finish_reason: 'stop',
      usage,
      duration_ms: 120,
      attempt: 2,
      ...times,
    });
  });

  it('a tools checkpoint is one step for each call, with its own times and error', () => {
    const tools = [timing('a', 'completed', 5), timing('b', 'failed', 50)];
    const steps = toRunSteps(checkpoint('tools', { started_at: at(0), finished_at: at(60), tools }));
    expect(steps).toMatchObject(tools.map((tool) => ({ ...tool, type: 'tool_call', step: 1 })));
    for (const step of steps) expect(runStepSchema.safeParse(step).success).toBe(true);
  });

  it('a checkpoint without times took none, when it was written', () => {
    for (const source of ['input', 'update'] as const)
      expect(toRunSteps(checkpoint(source, {}))).toMatchObject([
        { type: source, started_at: at(900), finished_at: at(900), duration_ms: 0 },
      ]);
  });
});
