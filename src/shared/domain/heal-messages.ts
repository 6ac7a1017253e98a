import type { Message } from './message.ts';

/** What the model is told about a tool call whose result was lost (cancel, crash, cut history). */
export const NO_RESULT = JSON.stringify({ error: 'no_result', message: 'The call ended without a result.' });

/**
 * Makes a list that every provider accepts: each tool call of an assistant message is followed by exactly one result, and there is no other result. A call without one gets
 * a synthetic error result; orphans, second results and second calls with one id are dropped, as are empty assistant messages. What is stored does not change.
 *
 * A result belongs to the nearest assistant message before it: some providers number calls anew in each answer, so an id alone says nothing.
 */
export function healMessages(messages: readonly Message[]): Message[] {
  const healed: Message[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') continue;
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    if (message.role === 'assistant' && calls.length === 0 && message.content === '') continue;
    const byId = new Map(calls.toReversed().map((call) => [call.id, call]));
    const distinct = calls.filter((call) => byId.get(call.id) === call);
    healed.push(distinct.length < calls.length ? { ...message, tool_calls: distinct } : message);
    if (distinct.length === 0) continue;
    const results = resultsAfter(messages, index);
    for (const call of distinct) healed.push(results.get(call.id) ?? lostResult(message, call.id));
  }
  return healed;
}

/** The first result of each id between an assistant message and the next one. */
function resultsAfter(messages: readonly Message[], index: number): Map<string, Message> {
  const results = new Map<string, Message>();
  for (let at = index + 1; at < messages.length; at++) {
    const message = messages[at];
    if (!message || message.role === 'assistant') break;
    if (message.role === 'tool' && message.tool_call_id !== undefined && !results.has(message.tool_call_id))
      results.set(message.tool_call_id, message);
  }
  return results;
}

const lostResult = (asked: Message, toolCallId: string): Message => ({
  id: asked.id,
  role: 'tool',
  tool_call_id: toolCallId,
  content: NO_RESULT,
  status: 'error',
  run_id: asked.run_id,
  created_at: asked.created_at,
});
