import type { Page } from './client.ts';
import type { ThreadState } from './types.ts';

/** A checkpoint with the messages it added or replaced. */
export type Checkpoint = ThreadState & { readonly checkpoint: NonNullable<ThreadState['checkpoint']> };

/** The id of the run that made a checkpoint; null when it was made by hand. */
export const runOf = ({ metadata }: Pick<ThreadState, 'metadata'>): string | null =>
  typeof metadata.run_id === 'string' ? metadata.run_id : null;

/** The log as far back as it was read, in pages as TanStack Query keeps them. */
interface LogPages {
  readonly pages: Page<Checkpoint>[];
  readonly pageParams: unknown[];
}

/** The pages of a log with its front as it is now. Where that does not reach what is known, only the front is left and the rest is read again on demand. */
export function withFront(known: LogPages, front: Page<Checkpoint>): LogPages {
  const [first, ...older] = known.pages;
  const newest = first?.items[0]?.checkpoint.checkpoint_id;
  const at = front.items.findIndex(({ checkpoint }) => checkpoint.checkpoint_id === newest);
  if (!first || at < 0) return { pages: [front], pageParams: [null] };
  if (at === 0) return known;
  return { ...known, pages: [{ ...first, items: [...front.items.slice(0, at), ...first.items] }, ...older] };
}
