import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { jsonObjectSchema } from './json.ts';
import { contentSchema, messageSchema, toolCallSchema, usageSchema } from './message.ts';
import { runErrorSchema, runSchema } from './run.ts';
import { runStatusSchema } from './run-status.ts';

/** Every event of a run's stream: name → shape of `data`. Names and shapes are public (docs/streaming.md). */
export const streamEventSchemas = {
  metadata: z.object({ run_id: uuidSchema, thread_id: uuidSchema, attempt: z.int(), status: runStatusSchema }),
  text: z.object({ message_id: uuidSchema, offset: z.int().min(0), delta: z.string() }),
  tool_call: z.object({ message_id: uuidSchema, id: z.string(), name: z.string(), arguments: jsonObjectSchema }),
  tool_result: z.object({
    message_id: uuidSchema,
    tool_call_id: z.string(),
    name: z.string(),
    content: contentSchema,
    status: z.enum(['completed', 'error']),
    duration_ms: z.number(),
  }),
  message: messageSchema,
  queued: z.object({ position: z.int().min(0) }),
  retrying: z.object({ reason: z.string(), attempt: z.int(), delay_ms: z.number() }),
  requires_action: z.object({ tool_calls: z.array(toolCallSchema) }),
  snapshot: z.object({ run: runSchema, messages: z.array(messageSchema) }),
  error: runErrorSchema,
  done: z.object({ status: runStatusSchema, usage: usageSchema, run_id: uuidSchema }),
} as const;

export type StreamEventName = keyof typeof streamEventSchemas;
export type StreamEventData<N extends StreamEventName> = z.infer<(typeof streamEventSchemas)[N]>;

/**
 * Position in a run's log, on the wire `<attempt>-<n>`: `n` counts from 0 without a gap in each attempt, so a reader sees both a take-over
 * (attempt grows) and a loss (n jumps).
 */
export interface EventCursor {
  readonly attempt: number;
  readonly n: number;
}

/** Text of a cursor, as in the SSE `id:` line. */
export const formatCursor = (cursor: EventCursor): string => `${cursor.attempt}-${cursor.n}`;

/** A cursor from `Last-Event-ID` or `?after=`; null when the text is not one. */
export function parseCursor(text: string): EventCursor | null {
  const match = /^(\d{1,10})-(\d{1,10})$/.exec(text);
  return match ? { attempt: Number(match[1]), n: Number(match[2]) } : null;
}
