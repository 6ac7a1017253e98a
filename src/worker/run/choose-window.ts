import type { ContextPolicy } from '../../shared/domain/context-policy.ts';
import type { Message } from '../../shared/domain/message.ts';

/** After a move the window is this full at most, so that it can stay where it is for a while. */
const AFTER_A_MOVE = 0.6;

/** What the messages may cost, in the measure of the policy: messages or tokens. */
export function capacityOf(policy: ContextPolicy): number {
  switch (policy.type) {
    case 'last_messages':
      return policy.max_messages;
    case 'token_budget':
      return policy.max_tokens;
    case 'summary':
      return Math.max(1, policy.max_tokens - policy.summary_max_tokens);
    default:
      return policy satisfies never;
  }
}

/**
 * Where the window begins: an index into `messages`. It stays at `previous` for as long as everything from there fits; then it moves on to a message of the user, so that no answer is
 * separated from its tool results. The newest message of the user is always in it, also when that is more than fits.
 * @param costs of each message, in the measure of `capacity`
 * @param previous where the last call's window began; 0 when it showed everything
 */
export function chooseWindow(
  messages: readonly Pick<Message, 'role'>[],
  costs: readonly number[],
  capacity: number,
  previous: number,
): number {
  const from = suffixSums(costs);
  if ((from[previous] ?? 0) <= capacity) return previous;
  const turns = messages.flatMap(({ role }, index) => (role === 'user' && index > previous ? [index] : []));
  return turns.find((index) => (from[index] ?? 0) <= capacity * AFTER_A_MOVE) ?? turns.at(-1) ?? previous;
}

/** What everything from each message on costs. */
function suffixSums(costs: readonly number[]): number[] {
  const sums = [...costs];
  for (let index = sums.length - 2; index >= 0; index--) sums[index] = (sums[index] ?? 0) + (sums[index + 1] ?? 0);
  return sums;
}
