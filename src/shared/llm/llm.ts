/** A part of a message that is more than text. */
export type LlmContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } };

/** One message of the conversation, in the chat-completions vocabulary. `arguments` is JSON text. */
export interface LlmMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | readonly LlmContentPart[];
  tool_calls?: readonly { id: string; name: string; arguments: string }[];
  tool_call_id?: string;
  name?: string;
}

/** What is asked of the model. `parameters` is a JSON Schema. */
export interface LlmRequest {
  model: string;
  messages: readonly LlmMessage[];
  tools?: readonly { name: string; description?: string; parameters: Record<string, unknown> }[];
  temperature?: number;
  response_format?:
    | { type: 'json_object' }
    | {
        type: 'json_schema';
        json_schema: {
          name: string;
          description?: string;
          schema: Record<string, unknown>;
          strict?: boolean;
        };
      };
  max_tokens?: number;
  metadata?: Readonly<Record<string, string>>;
}

/** Tokens as the provider counted them. */
export interface LlmUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** Why the model stopped. Other words a provider uses are mapped to these by the answer builder. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** A tool call of an answer. `arguments` is the raw text the model gave: it may be empty or not JSON at all. */
export interface LlmToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** A complete answer: it exists only where the provider gave a finish reason. */
export interface LlmAnswer {
  text: string;
  /** Ids are unique within the answer; a missing or repeated one was replaced by `call_<n>`. */
  tool_calls: LlmToolCall[];
  finish_reason: FinishReason;
  /** null when the provider counted nothing. */
  usage: LlmUsage | null;
  /** The model that answered, by the provider's own word; the requested one when it says nothing. */
  model: string;
  request_id: string | null;
}

/** Both are called synchronously from the socket's data event; an exception in one fails the call with that exception. */
export interface LlmStreamHandlers {
  /** Called per chunk with text, never with an empty string; the deltas in order are `LlmAnswer.text`. */
  onText(delta: string): void;
  /** Called once, when the first byte of a successful answer's body arrives. */
  onFirstByte?(): void;
}

/** A model client. */
export interface Llm {
  /**
   * Makes ONE attempt; repeating is the caller's decision (see `decideRetry`). Resolves only when a finish reason was
   * seen, rejects with an `LlmError` otherwise. An abort of `signal` closes the socket at once and rejects with code
   * `aborted`; no listener stays on `signal` after the promise has settled.
   */
  stream(request: LlmRequest, handlers: LlmStreamHandlers, signal: AbortSignal): Promise<LlmAnswer>;
  /** Aborts what is under way and closes the kept connections. */
  close(): Promise<void>;
}
