import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { jsonObjectSchema, plainText, timeSchema } from './json.ts';

/** Longest text of one message in UTF-16 units; the request body limit (1 MiB) is the outer bound. */
export const MAX_CONTENT_LENGTH = 500_000;

const textPart = z.strictObject({ type: z.literal('text'), text: plainText(MAX_CONTENT_LENGTH) });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: plainText(MAX_CONTENT_LENGTH), detail: z.enum(['auto', 'low', 'high']).optional() }),
});

export const contentSchema = z.union([
  plainText(MAX_CONTENT_LENGTH),
  z
    .array(z.discriminatedUnion('type', [textPart, imagePart]))
    .min(1)
    .max(64),
]);
export type Content = z.infer<typeof contentSchema>;

export const usageSchema = z
  .object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0), total_tokens: z.int().min(0) })
  .meta({ id: 'Usage', description: 'Tokens as the model reported them.' });
export type Usage = z.infer<typeof usageSchema>;

export const toolCallSchema = z
  .strictObject({ id: plainText(256).min(1), name: plainText(64).min(1), arguments: jsonObjectSchema })
  .meta({ id: 'ToolCall', example: { id: 'call_1', name: 'calculator', arguments: { expression: '12*7' } } });
export type ToolCall = z.infer<typeof toolCallSchema>;

export const roleSchema = z.enum(['user', 'assistant', 'tool', 'system']);

const written = {
  role: roleSchema,
  content: contentSchema,
  tool_calls: z.array(toolCallSchema).max(256).optional(),
  tool_call_id: plainText(256).min(1).optional(),
  name: plainText(64).min(1).optional(),
};

/** A message as a client writes it; `id` is made when absent. */
export const messageInputSchema = z
  .strictObject({ id: uuidSchema.optional(), ...written })
  .superRefine((message, check) => {
    const issue = (path: string, text: string) => check.addIssue({ code: 'custom', path: [path], message: text });
    if (message.role === 'tool' && message.tool_call_id === undefined) issue('tool_call_id', 'a tool message needs it');
    if (message.role !== 'tool' && message.tool_call_id !== undefined) issue('tool_call_id', 'only for tool messages');
    if (message.role !== 'assistant' && message.tool_calls !== undefined)
      issue('tool_calls', 'only for assistant messages');
  })
  .meta({ id: 'MessageInput', example: { role: 'user', content: 'What is 12*7?' } });
export type MessageInput = z.infer<typeof messageInputSchema>;

/** A message as it is stored and answered. */
export const messageSchema = z
  .object({
    id: uuidSchema,
    ...written,
    status: z.enum(['completed', 'incomplete', 'error']),
    run_id: uuidSchema.nullable(),
    created_at: timeSchema,
    usage: usageSchema.optional(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof messageSchema>;

/** Messages of one request. An id twice would make two messages of which only one can be replaced or removed. */
export const messageListSchema = z
  .array(messageInputSchema)
  .max(1000)
  .refine((messages) => {
    const ids = messages.flatMap(({ id }) => id ?? []);
    return new Set(ids).size === ids.length;
  }, 'message ids must differ');

/** `input` of a run and `values` of a state update: a text (one user message), a list, or `{messages}`. */
export const messagesInputSchema = z.union([
  plainText(MAX_CONTENT_LENGTH).min(1),
  messageListSchema,
  z.strictObject({ messages: messageListSchema }),
]);
export type MessagesInput = z.infer<typeof messagesInputSchema>;

/** The three ways to write messages, brought to one. */
export function toMessageInputs(input: MessagesInput): readonly MessageInput[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return Array.isArray(input) ? input : input.messages;
}

/** The text of a message without its pictures. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
