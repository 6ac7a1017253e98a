import type { FinishReason, LlmAnswer, LlmUsage } from './llm.ts';
import { LlmError } from './llm-error.ts';
import { createToolCallCollector } from './tool-call-collector.ts';

/** Collects chunks of a chat completion into an answer. */
export interface AnswerBuilder {
  /**
   * Takes one `chat.completion.chunk`, or a whole `chat.completion` (its message is read as one big delta). Returns
   * whether it moved the answer on: a chunk without text, reasoning, tool calls, finish reason or usage is no sign of life.
   * Throws an `LlmError` for an error event, for what is no chunk, and when the answer passes its cap.
   */
  add(chunk: unknown): boolean;
  readonly finished: boolean;
  /** Only after `finished`. */
  build(requestId: string | null): LlmAnswer;
}

interface AnswerBuilderOptions {
  readonly requestedModel: string;
  /** Cap on text plus tool arguments, in bytes of UTF-8. */
  readonly maxAnswerBytes: number;
  readonly onText: (delta: string) => void;
}

const ERROR_EXCERPT = 300;

/** Creates a builder for one answer. Only the first choice is read. */
export const createAnswerBuilder = (options: AnswerBuilderOptions): AnswerBuilder => {
  const tools = createToolCallCollector();
  let text = '';
  let bytes = 0;
  let finish: string | null = null;
  let usage: LlmUsage | null = null;
  let model: string | null = null;

  const grow = (by: number): void => {
    bytes += by;
    if (bytes > options.maxAnswerBytes) {
      throw new LlmError('model_answer_too_large', `the answer is larger than ${options.maxAnswerBytes} bytes`);
    }
  };

  const addText = (content: unknown): boolean => {
    const delta = textOf(content);
    if (delta === '') return false;
    grow(Buffer.byteLength(delta));
    text += delta;
    options.onText(delta);
    return true;
  };

  const addDelta = (delta: Record<string, unknown>): boolean => {
    let moved = addText(delta.content);
    // A refusal is what the model said instead of content; it is shown as such.
    if (delta.refusal && addText(delta.refusal)) moved = true;
    if (Array.isArray(delta.tool_calls)) {
      for (const call of delta.tool_calls) {
        if (!isRecord(call)) continue;
        const added = tools.add(call);
        grow(added);
        if (added > 0) moved = true;
      }
    }
    return moved || isText(delta.reasoning_content) || isText(delta.reasoning);
  };

  return {
    add(chunk) {
      if (!isRecord(chunk)) throw new LlmError('model_stream_invalid', 'the model sent something that is no chunk');
      if (chunk.error) {
        throw new LlmError('model_stream_invalid', `the model reported an error: ${describe(chunk.error)}`);
      }
      if (model === null && isText(chunk.model)) model = chunk.model;
      const counted = isRecord(chunk.usage) ? usageOf(chunk.usage) : null;
      if (counted !== null) usage = counted;
      const choice = firstChoice(chunk.choices);
      if (choice === null) return counted !== null;
      const delta = choice.delta ?? choice.message;
      const moved = isRecord(delta) && addDelta(delta);
      if (!isText(choice.finish_reason)) return moved || counted !== null;
      if (choice.finish_reason === 'error') {
        throw new LlmError('model_stream_invalid', 'the model ended its answer with an error');
      }
      finish = choice.finish_reason;
      return true;
    },
    get finished() {
      return finish !== null;
    },
    build(requestId) {
      const toolCalls = tools.finish();
      return {
        text,
        tool_calls: toolCalls,
        finish_reason: finishReasonOf(finish, toolCalls.length > 0),
        usage,
        model: model ?? options.requestedModel,
        request_id: requestId,
      };
    },
  };
};

/**
 * Providers disagree about the words, and several say `stop` after a tool call: the calls decide between `stop` and
 * `tool_calls`, since acting on calls that are there and not waiting for calls that are not is right in both cases.
 */
const finishReasonOf = (reason: string | null, hasToolCalls: boolean): FinishReason => {
  if (reason === 'length' || reason === 'max_tokens') return 'length';
  if (reason === 'content_filter') return 'content_filter';
  return hasToolCalls ? 'tool_calls' : 'stop';
};

const firstChoice = (choices: unknown): Record<string, unknown> | null => {
  if (!Array.isArray(choices)) return null;
  const choice: unknown = choices[0];
  return isRecord(choice) && (choice.index === undefined || choice.index === 0) ? choice : null;
};

const usageOf = (usage: Record<string, unknown>): LlmUsage | null => {
  const prompt = countOf(usage.prompt_tokens);
  const completion = countOf(usage.completion_tokens);
  if (prompt === null && completion === null) return null;
  const sum = (prompt ?? 0) + (completion ?? 0);
  return {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: countOf(usage.total_tokens) ?? sum,
  };
};

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

/** Content is a string, null, or (some providers) a list of text parts. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : '')).join('');
};

const describe = (error: unknown): string => {
  const message = isRecord(error) && isText(error.message) ? error.message : JSON.stringify(error);
  return message.slice(0, ERROR_EXCERPT);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
