import type { Message, RunStatus, ToolCall } from '../api/types.ts';
import type { RunEvent } from './run-event.ts';

/** A message of the run as far as it is known. `committed`: stored as it is; otherwise it is still being written and may be dropped. */
export interface LiveMessage {
  readonly message: Message;
  readonly committed: boolean;
}

/** A run that is being watched: all that its events said so far. */
export interface LiveRun {
  readonly runId: string;
  readonly attempt: number;
  readonly status: RunStatus;
  readonly messages: readonly LiveMessage[];
  /** Milliseconds by tool call id. */
  readonly durations: Readonly<Record<string, number>>;
  /** How many runs are in front of it; null when none or unknown. */
  readonly position: number | null;
  readonly retrying: { readonly reason: string; readonly attempt: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Calls that wait for this client. */
  readonly requiredCalls: readonly ToolCall[];
  readonly ended: boolean;
}

export const startLiveRun = (runId: string, status: RunStatus = 'queued'): LiveRun => ({
  runId,
  attempt: 0,
  status,
  messages: [],
  durations: {},
  position: null,
  retrying: null,
  error: null,
  requiredCalls: [],
  ended: false,
});

/**
 * The run after one more event. Any event may come again (a rejoin, a take-over): the result is the same. What a failed attempt had half written is dropped,
 * because the next attempt writes it anew under another id.
 */
export function applyRunEvent(live: LiveRun, event: RunEvent): LiveRun {
  switch (event.name) {
    case 'metadata': {
      const { attempt, status } = event.data;
      const messages = attempt > live.attempt ? committedOf(live) : live.messages;
      return { ...live, attempt, status: keepCancelling(live, status), messages, position: null, retrying: null };
    }
    case 'text': {
      const { message_id: id, offset, delta } = event.data;
      const known = live.messages.find(({ message }) => message.id === id);
      if (known?.committed) return live;
      const before = typeof known?.message.content === 'string' ? known.message.content : '';
      // The beginning is missing: the whole text follows.
      if (offset > before.length) return live;
      const content = before.slice(0, offset) + delta;
      const message = known ? { ...known.message, content } : half(live, id, content);
      // One answer is written at a time: another half one was given up.
      const others = live.messages.filter(
        ({ message: other, committed }) => committed || other.id === id || other.role === 'tool',
      );
      return { ...live, retrying: null, messages: put(others, { message, committed: false }) };
    }
    case 'tool_call': {
      const { message_id: id, ...call } = event.data;
      const known = live.messages.find(({ message }) => message.id === id);
      if (known?.message.tool_calls?.some((other) => other.id === call.id)) return live;
      const base = known?.message ?? half(live, id, '');
      const message = { ...base, tool_calls: [...(base.tool_calls ?? []), call] };
      return { ...live, messages: put(live.messages, { message, committed: known?.committed ?? false }) };
    }
    case 'tool_result': {
      const { message_id: id, tool_call_id, name, content, status, duration_ms } = event.data;
      const durations = { ...live.durations, [tool_call_id]: duration_ms };
      if (live.messages.some(({ message, committed }) => message.id === id && committed)) return { ...live, durations };
      const message: Message = { ...half(live, id, ''), role: 'tool', tool_call_id, name, content, status };
      return { ...live, durations, messages: put(live.messages, { message, committed: false }) };
    }
    case 'message':
      return { ...live, retrying: null, messages: put(live.messages, { message: event.data, committed: true }) };
    case 'queued':
      return { ...live, position: event.data.position };
    case 'retrying':
      return { ...live, retrying: event.data, messages: committedOf(live) };
    case 'requires_action':
      return { ...live, status: 'requires_action', requiredCalls: event.data.tool_calls };
    case 'snapshot': {
      const { run, messages } = event.data;
      return {
        ...live,
        attempt: Math.max(live.attempt, run.attempt),
        status: keepCancelling(live, run.status),
        requiredCalls: run.required_action?.tool_calls ?? [],
        messages: messages.map((message) => ({ message, committed: true })),
      };
    }
    case 'error':
      return { ...live, error: event.data };
    case 'done':
      return {
        ...live,
        status: event.data.status,
        // What was not stored by now never will be.
        messages: committedOf(live),
        position: null,
        retrying: null,
        requiredCalls: [],
        ended: true,
      };
    default:
      return event satisfies never;
  }
}

/** A wish to stop that was accepted stays visible until the run has ended. */
const keepCancelling = (live: LiveRun, status: RunStatus): RunStatus =>
  live.status === 'cancelling' && (status === 'in_progress' || status === 'queued') ? 'cancelling' : status;

const committedOf = (live: LiveRun): readonly LiveMessage[] => live.messages.filter(({ committed }) => committed);

const half = (live: LiveRun, id: string, content: string): Message => ({
  id,
  role: 'assistant',
  content,
  status: 'incomplete',
  run_id: live.runId,
  created_at: new Date().toISOString(),
});

function put(messages: readonly LiveMessage[], next: LiveMessage): readonly LiveMessage[] {
  const at = messages.findIndex(({ message }) => message.id === next.message.id);
  return at < 0 ? [...messages, next] : messages.with(at, next);
}
