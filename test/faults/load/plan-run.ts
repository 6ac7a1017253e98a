/** What a run will do, known before it starts: its script for the fake model and the messages that must be stored for it. */
export interface RunPlan {
  readonly userText: string;
  readonly expected: readonly ExpectedMessage[];
  /** Tool calls in all. */
  readonly calls: number;
}

export interface ExpectedMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  /** Null: not compared. */
  readonly content: string | null;
  readonly callIds: readonly string[];
}

/** `text` only answers, `tools` calls two built-in tools before, `client` one that the client executes. */
export type RunKind = 'text' | 'tools' | 'client';

/** Tools of the assistant that these runs need. */
export const PLAN_TOOLS = [
  { type: 'builtin', name: 'calculator' },
  { type: 'function', function: { name: 'count', description: 'Counts.', parameters: { type: 'object' } } },
] as const;

/** Every text of a run carries its number, so that a word in the wrong place is seen; the umlaut and the sign beyond the BMP count differently in bytes and in UTF-16. */
export function planRun(n: number, kind: RunKind, pace: { readonly words: number; readonly delayMs: number }): RunPlan {
  const chunks = Array.from({ length: pace.words }, (_, i) => `r${n}w${i} ${i % 5 === 0 ? 'ü𝄞 ' : ''}`);
  const answer = { chunks, delay_ms: pace.delayMs };
  const calls = callsOf(n, kind);
  const steps = calls.length === 0 ? [answer] : [{ tool_calls: calls, first_delay_ms: 3 * pace.delayMs }, answer];
  const userText = `run ${n} [[fake: ${JSON.stringify({ steps })}]]`;
  const asked: ExpectedMessage[] =
    calls.length === 0
      ? []
      : [
          { role: 'assistant', content: '', callIds: calls.map((call) => call.id) },
          ...calls.map((call): ExpectedMessage => ({ role: 'tool', content: null, callIds: [call.id] })),
        ];
  return {
    userText,
    expected: [
      { role: 'user', content: userText, callIds: [] },
      ...asked,
      { role: 'assistant', content: chunks.join(''), callIds: [] },
    ],
    calls: calls.length,
  };
}

function callsOf(n: number, kind: RunKind) {
  switch (kind) {
    case 'text':
      return [];
    case 'tools':
      return ['a', 'b'].map((part, i) => ({
        id: `call_${n}${part}`,
        name: 'calculator',
        arguments: { expression: `${n} + ${i}` },
      }));
    case 'client':
      return [{ id: `call_${n}c`, name: 'count', arguments: {} }];
    default:
      return kind satisfies never;
  }
}
