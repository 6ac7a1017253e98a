import type OpenAI from 'openai';
import type { LlmContentPart, LlmMessage, LlmRequest } from './llm.ts';

type ChatRequest = OpenAI.ChatCompletionCreateParamsStreaming;
type ChatMessage = OpenAI.ChatCompletionMessageParam;

/** Writes our request in the wire shape of `POST /chat/completions`, streaming and with usage at the end. */
export const toChatRequest = (request: LlmRequest): ChatRequest => ({
  model: request.model,
  messages: request.messages.map(toChatMessage),
  stream: true,
  stream_options: { include_usage: true },
  ...(request.tools !== undefined && request.tools.length > 0 && { tools: request.tools.map(toChatTool) }),
  ...(request.temperature !== undefined && { temperature: request.temperature }),
  ...(request.response_format !== undefined && { response_format: request.response_format }),
  ...(request.max_tokens !== undefined && { max_tokens: request.max_tokens }),
  ...(request.metadata !== undefined && { metadata: { ...request.metadata } }),
});

const toChatTool = (tool: NonNullable<LlmRequest['tools']>[number]): OpenAI.ChatCompletionFunctionTool => ({
  type: 'function',
  function: {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    parameters: tool.parameters,
  },
});

/** Only a user message may hold images; elsewhere the protocol knows text alone, so other parts are left out there. */
const toChatMessage = (message: LlmMessage): ChatMessage => {
  const name = message.name === undefined ? {} : { name: message.name };
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: typeof message.content === 'string' ? message.content : [...message.content],
        ...name,
      };
    case 'system':
      return { role: 'system', content: toText(message.content), ...name };
    case 'tool':
      return { role: 'tool', content: toText(message.content), tool_call_id: message.tool_call_id ?? '' };
    case 'assistant':
      return toAssistantMessage(message, name);
  }
};

/** Next to tool calls an empty text is sent as null, the form the provider itself produces: some servers refuse "". */
const toAssistantMessage = (message: LlmMessage, name: { name?: string }): ChatMessage => {
  const text = toText(message.content);
  if (message.tool_calls === undefined || message.tool_calls.length === 0) {
    return { role: 'assistant', content: text, ...name };
  }
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: message.tool_calls.map((call) => ({
      id: call.id,
      type: 'function' as const,
      function: { name: call.name, arguments: call.arguments },
    })),
    ...name,
  };
};

const toText = (content: string | readonly LlmContentPart[]): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('');
