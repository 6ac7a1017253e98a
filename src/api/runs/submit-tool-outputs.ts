import { z } from 'zod';
import { plainText } from '../../shared/domain/json.ts';
import { MAX_CONTENT_LENGTH, type ToolCall } from '../../shared/domain/message.ts';
import { type Run, runSchema } from '../../shared/domain/run.ts';
import type { FieldError } from '../../shared/errors/app-error.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { toRun } from '../../shared/mongo/to-wire.ts';
import { toolCallKey } from '../../shared/mongo/tool-call-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
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

export const submitToolOutputs = (
  deps: Pick<ApiDeps, 'runs' | 'log' | 'toolCalls' | 'lifecycle' | 'dispatcher'>,
): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'post',
      path: `${path}/tool_outputs`,
      tag: 'Runs',
      summary: 'Deliver the outputs of client-side tools',
      description: 'For a run in `requires_action`: one output for each call it waits for. The run goes on.',
      params: runParams(path),
      body: bodySchema,
      responses: {
        202: {
          description: 'The run is queued again.',
          schema: runSchema,
          example: { ...exampleRun, status: 'queued' },
        },
      },
      problems: ['run_not_waiting', 'tool_outputs_invalid'],
      async handler({ projectId, params, body }) {
        const run = await findRun(deps, projectId, params);
        if (!run.required_action) throw notWaiting(run);
        const wrong = findMismatches(
          run.required_action.tool_calls,
          body.tool_outputs.map((output) => output.tool_call_id),
        );
        if (wrong.length > 0)
          throw new AppError('tool_outputs_invalid', {
            detail: 'Give one output for each call the run waits for.',
            errors: wrong,
          });

        // The outputs are stored before the run moves on; a crash in between leaves it waiting, and the client repeats the call.
        const asked = (await deps.log.ofRun(projectId, run.run_id)).at(-1);
        if (!asked) throw notWaiting(run);
        const step = (asked.step ?? 0) + 1;
        const calls = asked.messages.flatMap((message) => message.tool_calls ?? []);
        for (const { tool_call_id, output } of body.tool_outputs) {
          const index = calls.findIndex((call) => call.id === tool_call_id);
          const name = calls[index]?.name ?? '';
          const record = {
            _id: toolCallKey(run.run_id, step, index),
            project_id: projectId,
            thread_id: run.thread_id,
            run_id: run.run_id,
            step,
            tool_call_id,
            name,
            attempt: run.attempt,
          };
          await deps.toolCalls.deliver(record, output);
        }
        const resumed = await deps.lifecycle.resume(projectId, run.run_id);
        if (!resumed) throw notWaiting(run);
        await deps.dispatcher.ring(resumed);
        return { status: 202, body: toRun(resumed) };
      },
    }),
  );

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
