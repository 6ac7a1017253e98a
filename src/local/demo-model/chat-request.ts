/** What the demo model reads of a chat-completions request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly OfferedTool[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | null;
}

export interface ChatMessage {
  readonly role: string;
  readonly text: string;
  readonly toolCalls: readonly { id: string; name: string; arguments: string }[];
  readonly toolCallId: string | null;
}

export interface OfferedTool {
  readonly name: string;
  /** The JSON Schema of the arguments, as far as it was one. */
  readonly properties: ReadonlyMap<string, Record<string, unknown>>;
  readonly required: readonly string[];
}

/** Reads the body of `POST /v1/chat/completions`; null when it is not one. Fields it has no use for are ignored. */
export const readChatRequest = (body: unknown): ChatRequest | null => {
  if (!isRecord(body) || !Array.isArray(body.messages) || body.messages.length === 0) return null;
  const messages = body.messages.filter(isRecord).map(readMessage);
  if (messages.length !== body.messages.length) return null;
  const limit = body.max_completion_tokens ?? body.max_tokens;
  return {
    model: typeof body.model === 'string' ? body.model : 'skein-demo',
    messages,
    tools: records(body.tools).flatMap(readTool),
    stream: body.stream === true,
    includeUsage: isRecord(body.stream_options) && body.stream_options.include_usage === true,
    maxTokens: typeof limit === 'number' && limit >= 1 ? Math.floor(limit) : null,
  };
};

const readMessage = (message: Record<string, unknown>): ChatMessage => ({
  role: String(message.role),
  text: textOf(message.content),
  toolCalls: records(message.tool_calls).map((call) => {
    const called = isRecord(call.function) ? call.function : {};
    return { id: String(call.id), name: String(called.name), arguments: String(called.arguments) };
  }),
  toolCallId: typeof message.tool_call_id === 'string' ? message.tool_call_id : null,
});

const readTool = (tool: Record<string, unknown>): OfferedTool[] => {
  if (!isRecord(tool.function) || typeof tool.function.name !== 'string') return [];
  const schema = isRecord(tool.function.parameters) ? tool.function.parameters : {};
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  return [
    {
      name: tool.function.name,
      properties: new Map(properties.map(([name, value]) => [name, isRecord(value) ? value : {}])),
      required: Array.isArray(schema.required) ? schema.required.map(String) : [],
    },
  ];
};

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  return records(content)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('');
};

const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
