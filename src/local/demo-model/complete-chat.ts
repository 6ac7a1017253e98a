import { randomUUID } from 'node:crypto';
import type { ChatRequest } from './chat-request.ts';
import { countPromptTokens, countTokens, splitTokens } from './count-tokens.ts';
import { decideAnswer } from './decide-answer.ts';

/** An answer ready to be sent, in the fields of a chat completion. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  /** The text in the pieces it is streamed in. */
  readonly tokens: readonly string[];
  readonly toolCalls: readonly { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** Answers a request: the decision, cut to `maxTokens`, with ids and usage. */
export const completeChat = (request: ChatRequest): Completion => {
  const answer = decideAnswer(request);
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: request.model };
  const prompt = countPromptTokens(request.messages);
  const usage = (completion: number) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  });
  if (answer.kind === 'tool_calls') {
    const toolCalls = answer.calls.map((call) => ({
      id: `call_${randomUUID().replaceAll('-', '')}`,
      type: 'function' as const,
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
    const cost = countTokens(toolCalls.map((call) => call.function.name + call.function.arguments).join(''));
    return { ...head, tokens: [], toolCalls, finishReason: 'tool_calls', usage: usage(cost) };
  }
  const all = splitTokens(answer.text);
  const tokens = request.maxTokens === null ? all : all.slice(0, request.maxTokens);
  return {
    ...head,
    tokens,
    toolCalls: [],
    finishReason: tokens.length < all.length ? 'length' : 'stop',
    usage: usage(tokens.length),
  };
};
