import type { z } from 'zod';

/** A tool the worker executes itself. */
export interface BuiltinTool<Args = unknown> {
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** Arguments: validated before a call, and the JSON Schema the model gets. */
  readonly schema: z.ZodType<Args>;
  /** May a call be made again after a crash, without anyone noticing? Else the model is told `outcome_unknown`. */
  readonly idempotent: boolean;
  /** @returns text for the model. @throws ToolError for what the model can mend. */
  execute(args: Args, context: ToolContext): Promise<string>;
}

export interface ToolContext {
  readonly signal: AbortSignal;
  /** Stable over repeats of the same call. */
  readonly idempotencyKey: string;
  readonly projectId: string;
}

/** A tool cannot do what it was asked; the message is for the model. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Typed where it is defined, uniform where it is used. */
export const defineTool = <Args>(tool: BuiltinTool<Args>): BuiltinTool => tool as unknown as BuiltinTool;
