import { z } from 'zod';
import { plainText } from '../../shared/domain/json.ts';
import { MAX_CONTENT_LENGTH, type ToolCall } from '../../shared/domain/message.ts';
import { type Run, runSchema } from '../../shared/domain/run.ts';
import type { FieldError } from '../../shared/errors/app-error.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import { keyFields, type RequestKey } from '../../shared/mongo/request-key.ts';
import { toRun } from '../../shared/mongo/to-wire.ts';
import { toolCallKey } from '../../shared/mongo/tool-call-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleRun } from './example-run.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';

const bodySchema = z
  .strictObject({
    tool_outputs: z
      .array(z.strictObject({ tool_call_id: plainText(256).min(1), output: plainText(MAX_CONTENT_LENGTH) }))
      .min(1)
      .max(256),
  })
  .meta({ id: 'ToolOutputs', example: { tool_outputs: [{ tool_call_id: 'call_1', output: '{"temperature": 21}' }] } });

type Deps = Pick<ApiDeps, 'runs' | 'log' | 'toolCalls' | 'lifecycle' | 'dispatcher' | 'once'>;

export const submitToolOutputs = (deps: Deps): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'post',
      path: `${path}/tool_outputs`,
      tag: 'Runs',
      access: 'runs',
      summary: 'Deliver the outputs of client-side tools',
      description: 'For a run in `requires_action`: one output for each call it waits for. The run goes on.',
      params: runParams(path),
      body: bodySchema,
      requestHeaders: IDEMPOTENCY.requestHeaders,
      responses: {
        202: {
          description: 'The run is queued again; of a repeat with the same `Idempotency-Key`, the run as it is now.',
          schema: runSchema,
          headers: IDEMPOTENCY.responseHeaders,
          example: { ...exampleRun, status: 'queued' },
        },
      },
      problems: ['run_not_waiting', 'tool_outputs_invalid', ...IDEMPOTENCY.problems],
      async handler({ projectId, params, body, req }) {
        const run = await findRun(deps, projectId, params);
        const { tool_outputs: outputs } = body;
        const { value, headers } = await deps.once(
          projectId,
          requestKey(idempotencyKey(req), ['tool outputs', run.run_id, outputs]),
          {
            find: (key) => findDelivered(deps, run, key, outputs.length),
            make: (key) => deliver(deps, run, outputs, key),
          },
        );
        return { status: 202, headers, body: value };
      },
    }),
  );

type Output = z.output<typeof bodySchema>['tool_outputs'][number];

/** Stores the outputs before the run moves on; a crash in between leaves it waiting, and the client repeats the call. */
async function deliver(deps: Deps, run: Run, outputs: readonly Output[], key: RequestKey | undefined): Promise<Run> {
  if (!run.required_action) throw notWaiting(run);
  const wrong = findMismatches(
    run.required_action.tool_calls,
    outputs.map((output) => output.tool_call_id),
  );
  if (wrong.length > 0)
    throw new AppError('tool_outputs_invalid', {
      detail: 'Give one output for each call the run waits for.',
      errors: wrong,
    });

  const asked = await lastStep(deps, run);
  if (!asked) throw notWaiting(run);
  const step = (asked.step ?? 0) + 1;
  const calls = asked.messages.flatMap((message) => message.tool_calls ?? []);
  for (const { tool_call_id, output } of outputs) {
    const index = calls.findIndex((call) => call.id === tool_call_id);
    const name = calls[index]?.name ?? '';
    const record = {
      _id: toolCallKey(run.run_id, step, index),
      project_id: run.project_id,
      thread_id: run.thread_id,
      run_id: run.run_id,
      step,
      tool_call_id,
      name,
      attempt: run.attempt,
      ...keyFields(key),
    };
    await deps.toolCalls.deliver(record, output);
  }
  const resumed = await deps.lifecycle.resume(run.project_id, run.run_id);
  if (!resumed) throw notWaiting(run);
  await deps.dispatcher.ring(resumed);
  return toRun(resumed);
}

/** The run as it is now, when an earlier request with this key delivered all its outputs and the run moved on. */
async function findDelivered(deps: Deps, run: Run, key: RequestKey, count: number): Promise<Run | null> {
  const records = await deps.toolCalls.ofRequest(run.project_id, run.run_id, key);
  const [first] = records;
  if (!first || records.length < count) return null;
  const now = await deps.runs.get(run.project_id, run.run_id);
  if (!now?.required_action) return now;
  // It may wait for what was delivered, when the first request came no further, or by now for outputs of a later step.
  const asked = await lastStep(deps, now);
  return first.step <= (asked?.step ?? 0) ? now : null;
}

const lastStep = async (deps: Deps, run: Run) => (await deps.log.ofRun(run.project_id, run.run_id)).at(-1);

const notWaiting = (run: Run): AppError => new AppError('run_not_waiting', { detail: `The run is ${run.status}.` });

function findMismatches(calls: readonly ToolCall[], given: readonly string[]): FieldError[] {
  const wanted = new Set(calls.map((call) => call.id));
  const seen = new Set<string>();
  const wrong = given.flatMap((id, index): FieldError[] => {
    const pointer = `/tool_outputs/${index}/tool_call_id`;
    const code = !wanted.has(id) ? 'unknown_tool_call' : seen.has(id) ? 'duplicate_tool_call' : null;
    seen.add(id);
    return code
      ? [
          {
            pointer,
            code,
            message: code === 'unknown_tool_call' ? 'The run does not wait for this call.' : 'Given twice.',
          },
        ]
      : [];
  });
  const missing = [...wanted].filter((id) => !seen.has(id));
  return [
    ...wrong,
    ...missing.map((id) => ({
      pointer: '/tool_outputs',
      code: 'tool_outputs_incomplete',
      message: `There is no output for ${id}.`,
    })),
  ];
}
