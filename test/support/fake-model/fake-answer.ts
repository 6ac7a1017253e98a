/**
 * What goes wrong. `after` counts the chunks (text or tool call) that are sent before it happens.
 * - `status`: an error status. `retry_after` is the header's text, or `{ date_in_s }` for an HTTP date.
 * - `hang`: no headers, ever. `stall`: nothing more, ever; `keep_alive` sends a comment, or a chunk without content, every 10 ms.
 * - `destroy`: the socket is reset. `end`: a clean end without finish reason. `done`: the same with `[DONE]`.
 * - `invalid_chunk`: data that is not JSON. `error_event`: an error object as data; both then end the stream.
 * - `after_finish`: all chunks and the finish reason arrive, then the socket is silent for ever or reset.
 * - `bytes`: nothing is wrong, but each byte is written alone. `huge`: a text of about `bytes` bytes.
 */
export type FakeFault =
  | { kind: 'status'; status: number; retry_after?: string | number | { date_in_s: number }; body?: unknown }
  | { kind: 'hang' }
  | { kind: 'stall'; after: number; keep_alive?: 'comments' | 'empty_chunks' }
  | { kind: 'destroy'; after: number }
  | { kind: 'end'; after: number }
  | { kind: 'done'; after: number }
  | { kind: 'invalid_chunk'; after: number }
  | { kind: 'error_event'; after: number; error?: unknown }
  | { kind: 'after_finish'; then: 'hang' | 'destroy' }
  | { kind: 'bytes' }
  | { kind: 'huge'; bytes: number };

/**
 * One scripted answer; everything is optional. Text is `chunks`, or `tokens` generated ones. Text comes first, then tool
 * calls, the finish reason (`tool_calls` if there are any, else `stop`), usage (10 and one per chunk; null for none) and
 * `[DONE]`.
 */
export interface FakeAnswer {
  readonly chunks?: readonly string[];
  readonly tokens?: number;
  /** Before each chunk; 0 sends the whole answer in one write. */
  readonly delay_ms?: number;
  /** Before the headers. */
  readonly first_delay_ms?: number;
  /** `arguments` as text is sent as it is, valid or not. */
  readonly tool_calls?: readonly FakeToolCall[];
  /** Repeats `tool_calls` this often, with ids of their own, in one answer. */
  readonly parallel?: number;
  readonly finish_reason?: string;
  readonly usage?: FakeUsage | null;
  /** Answers with one JSON document although a stream was asked for. */
  readonly json?: boolean;
  readonly fault?: FakeFault;
}

interface FakeToolCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: string | Readonly<Record<string, unknown>>;
}

interface FakeUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The texts of an answer's chunks. Generated tokens are "w0 ", "w1 ", … so that a lost or doubled one can be seen. */
export const textChunks = (answer: FakeAnswer): readonly string[] => {
  if (answer.fault?.kind === 'huge') {
    const piece = 'x'.repeat(64 * 1024);
    return Array.from({ length: Math.ceil(answer.fault.bytes / piece.length) }, () => piece);
  }
  return answer.chunks ?? Array.from({ length: answer.tokens ?? 0 }, (_, i) => `w${i} `);
};

/** The calls of an answer with their ids, `parallel` applied. */
export const toolCalls = (answer: FakeAnswer): { id: string; name: string; arguments: string }[] => {
  const calls = answer.tool_calls ?? [];
  const parallel = answer.parallel ?? 1;
  return Array.from({ length: parallel }, (_, round) => calls.map((call, i) => ({ call, n: round * calls.length + i })))
    .flat()
    .map(({ call, n }) => ({
      id: parallel === 1 && call.id !== undefined ? call.id : `${call.id ?? 'call_fake'}_${n}`,
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    }));
};

export const finishReason = (answer: FakeAnswer): string =>
  answer.finish_reason ?? ((answer.tool_calls?.length ?? 0) > 0 ? 'tool_calls' : 'stop');

export const usageOf = (answer: FakeAnswer): FakeUsage | null => {
  if (answer.usage !== undefined) return answer.usage;
  const completion = textChunks(answer).length + toolCalls(answer).length;
  return { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion };
};
