import type { Message } from '../api/types.ts';

/** What one state has that the one before had not, and the other way round. */
export interface StateDifference {
  readonly added: readonly Message[];
  readonly changed: readonly Message[];
  readonly removed: readonly Message[];
}

export function diffStates(before: readonly Message[], after: readonly Message[]): StateDifference {
  const old = new Map(before.map((message) => [message.id, message]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)),
    changed: after.filter((message) => {
      const was = old.get(message.id);
      return was !== undefined && JSON.stringify(was) !== JSON.stringify(message);
    }),
    removed: before.filter(({ id }) => !kept.has(id)),
  };
}
