import { z } from 'zod';
import type { ToolCall } from '../../shared/domain/message.ts';
import type { RunError } from '../../shared/domain/run.ts';
import { type BuiltinTool, type ToolContext, ToolError } from '../tools/tool.ts';
import { areInvalid } from './parse-arguments.ts';

export interface ToolResult {
  readonly content: string;
  readonly error: RunError | null;
}

/** A result that tells the model what went wrong, so that it can mend the call or go on without it. */
export const failure = (code: string, message: string): ToolResult => ({
  content: JSON.stringify({ error: code, message }),
  error: { code, message },
});

/** Executes one call. Whatever is wrong with it becomes a result for the model. @throws the signal's reason when aborted. */
export async function executeTool(tool: BuiltinTool, call: ToolCall, context: ToolContext): Promise<ToolResult> {
  if (areInvalid(call.arguments)) return failure('invalid_arguments', 'The arguments are not a JSON object.');
  const args = tool.schema.safeParse(call.arguments);
  if (!args.success) return failure('invalid_arguments', z.prettifyError(args.error));
  try {
    return { content: await tool.execute(args.data, context), error: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ToolError) return failure(error.code, error.message);
    return failure('tool_failed', 'The tool failed.');
  }
}
