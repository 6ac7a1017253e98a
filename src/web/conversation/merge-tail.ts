import type { Message } from '../api/types.ts';

/**
 * What is loaded of a thread after its newest page was read again. Older pages stay where the new page joins them; when it does not (a fork went back
 * further, or much was written meanwhile), only the new page is left and the older ones are loaded again on demand.
 * @param whole the page reaches the beginning of the thread
 * @returns `joined: false` when older pages were let go
 */
export function mergeTail(
  loaded: readonly Message[],
  tail: readonly Message[],
  whole: boolean,
): { readonly messages: readonly Message[]; readonly joined: boolean } {
  const [first] = tail;
  const at = whole || !first ? -1 : loaded.findIndex(({ id }) => id === first.id);
  const older = at > 0 ? loaded.slice(0, at) : [];
  const known = new Map(loaded.map((message) => [message.id, message]));
  // A message that did not change stays the same object, so that nothing is drawn again.
  const fresh = tail.map((message) => {
    const old = known.get(message.id);
    return old && JSON.stringify(old) === JSON.stringify(message) ? old : message;
  });
  return { messages: [...older, ...fresh], joined: at >= 0 };
}
