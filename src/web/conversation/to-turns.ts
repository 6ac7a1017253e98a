import type { Message, ToolCall } from '../api/types.ts';

/** One call of a tool and what came back. */
export interface CallWithResult {
  readonly call: ToolCall;
  readonly result: Message | null;
  /** When the answer that asked for it was complete. */
  readonly askedAt: string;
}

/** What is shown as one block: a message of the user (or the system), or all that one run answered. */
export interface Turn {
  readonly id: string;
  readonly role: 'user' | 'assistant' | 'system';
  readonly runId: string | null;
  readonly messages: readonly Message[];
}

/** Groups messages into turns. Given the turns of before, those that did not change are the same objects. */
export function toTurns(messages: readonly Message[], before: readonly Turn[] = []): readonly Turn[] {
  const turns: { id: string; role: Turn['role']; runId: string | null; messages: Message[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'tool' ? 'assistant' : message.role;
    const last = turns.at(-1);
    if (role === 'assistant' && last?.role === 'assistant' && last.runId === message.run_id)
      last.messages.push(message);
    else turns.push({ id: message.id, role, runId: message.run_id, messages: [message] });
  }
  const known = new Map(before.map((turn) => [turn.id, turn]));
  return turns.map((turn) => {
    const old = known.get(turn.id);
    return old && sameItems(old.messages, turn.messages) ? old : turn;
  });
}

/** The calls of a message with their results: the first of each id before the next answer. */
export function callsOf(turn: Pick<Turn, 'messages'>, message: Message): readonly CallWithResult[] {
  const after = turn.messages.slice(turn.messages.indexOf(message) + 1);
  const end = after.findIndex(({ role }) => role === 'assistant');
  const results = end < 0 ? after : after.slice(0, end);
  return (message.tool_calls ?? []).map((call) => ({
    call,
    result: results.find((result) => result.tool_call_id === call.id) ?? null,
    askedAt: message.created_at,
  }));
}

const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);
