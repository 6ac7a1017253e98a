import type { Page } from './client.ts';
import type { Thread } from './types.ts';

/**
 * One list from the pages read earlier and the front read just now: the front wins, and what the front would show but does not was deleted.
 */
export function mergeThreads(head: Page<Thread> | undefined, pages: readonly Page<Thread>[]): readonly Thread[] {
  const older = pages.flatMap(({ items }) => items);
  if (!head) return older;
  const oldest = head.next === null ? '' : (head.items.at(-1)?.updated_at ?? '');
  const inFront = new Set(head.items.map(({ thread_id }) => thread_id));
  const seen = new Set<string>();
  return [
    ...head.items,
    ...older.filter((thread) => !inFront.has(thread.thread_id) && thread.updated_at < oldest),
  ].filter(({ thread_id }) => !seen.has(thread_id) && seen.add(thread_id));
}
