import type { Content, Message, Run, RunStatus, ToolCall, Usage } from '../api/types.ts';

/** What the data of each event of a run's stream is. The stream is not described by OpenAPI, so this is written by hand after docs/streaming.md. */
export interface RunEventData {
  metadata: { run_id: string; thread_id: string; attempt: number; status: RunStatus };
  text: { message_id: string; offset: number; delta: string };
  tool_call: { message_id: string } & ToolCall;
  tool_result: {
    message_id: string;
    tool_call_id: string;
    name: string;
    content: Content;
    status: 'completed' | 'error';
    duration_ms: number;
  };
  message: Message;
  queued: { position: number };
  retrying: { reason: string; attempt: number; delay_ms: number };
  requires_action: { tool_calls: ToolCall[] };
  snapshot: { run: Run; messages: Message[] };
  error: { code: string; message: string };
  done: { status: RunStatus; usage: Usage; run_id: string };
}

export type RunEventName = keyof RunEventData;
export type RunEvent = { [N in RunEventName]: { readonly name: N; readonly data: RunEventData[N] } }[RunEventName];

const NAMES: ReadonlySet<string> = new Set<RunEventName>([
  'metadata',
  'text',
  'tool_call',
  'tool_result',
  'message',
  'queued',
  'retrying',
  'requires_action',
  'snapshot',
  'error',
  'done',
]);

/** An event as it came over the wire; null for names this page does not know, which later servers may send. */
export const parseRunEvent = (name: string, data: string): RunEvent | null =>
  NAMES.has(name) ? ({ name, data: JSON.parse(data) } as RunEvent) : null;
