import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Completion } from './complete-chat.ts';

/** Sends the whole answer as one JSON document. */
export const sendDocument = (completion: Completion, response: ServerResponse): void => {
  const { id, created, model, tokens, toolCalls, finishReason, usage } = completion;
  const message = {
    role: 'assistant',
    content: tokens.length === 0 ? null : tokens.join(''),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
  const choices = [{ index: 0, message, finish_reason: finishReason }];
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ id, object: 'chat.completion', created, model, choices, usage }));
};

interface StreamOptions {
  readonly includeUsage: boolean;
  /** Mean time between tokens; each waits 0.8 to 1.3 of it. 0 sends them as fast as they go. */
  readonly tokenDelayMs: number;
  /** Aborted when the client is gone: no further token is made. */
  readonly signal: AbortSignal;
}

/** Streams the answer token by token. Resolves when it is sent, or when the client has left. */
export const sendStream = async (
  completion: Completion,
  response: ServerResponse,
  options: StreamOptions,
): Promise<void> => {
  const { id, created, model } = completion;
  const send = (fields: object): void => {
    response.write(`data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...fields })}\n\n`);
  };
  const sendDelta = (delta: object, finishReason: string | null = null): void =>
    send({ choices: [{ index: 0, delta, finish_reason: finishReason }] });

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  sendDelta({ role: 'assistant', content: completion.toolCalls.length > 0 ? null : '' });
  try {
    for (const delta of deltasOf(completion)) {
      if (options.tokenDelayMs > 0) {
        await sleep(options.tokenDelayMs * (0.8 + Math.random() / 2), undefined, { signal: options.signal });
      }
      sendDelta(delta);
    }
  } catch (error) {
    if (options.signal.aborted) return;
    throw error;
  }
  sendDelta({}, completion.finishReason);
  if (options.includeUsage) send({ choices: [], usage: completion.usage });
  response.end('data: [DONE]\n\n');
};

/** A call begins with its id and name; its arguments follow in a delta of their own, as real models send them. */
function* deltasOf(completion: Completion): Generator<object> {
  for (const token of completion.tokens) yield { content: token };
  for (const [index, call] of completion.toolCalls.entries()) {
    yield { tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] };
    yield { tool_calls: [{ index, function: { arguments: call.function.arguments } }] };
  }
}
