import type { VersionRange } from './checkpoint.ts';
import type { Message } from './message.ts';

/** What folding needs of a checkpoint. */
export interface FoldableCheckpoint {
  readonly messages: readonly Message[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Builds the messages of a thread from its checkpoints **newest first**, so that the end of a long thread is had without its beginning.
 *
 * A checkpoint first removes, then writes: a message whose id is in `replaced` takes the place of the older one, any other goes to the end. Going backwards, a
 * replacement is therefore kept until the original turns up, and a removal hides what comes after it.
 */
export interface BackwardFold {
  /** Take the next older checkpoint. `before`: of its added messages only those in front of this one count (where a page begins). */
  add(checkpoint: FoldableCheckpoint, before?: string): void;
  /** Note replacements and removals of a newer checkpoint without its messages. */
  addEdits(checkpoint: FoldableCheckpoint): void;
  readonly count: number;
  /** The newest `limit` messages so far, oldest first. */
  messages(limit?: number): Message[];
}

export function createBackwardFold(): BackwardFold {
  const removed = new Set<string>();
  const replacements = new Map<string, Message>();
  const newestFirst: Message[] = [];

  const noteReplacement = (message: Message) => {
    if (!removed.has(message.id) && !replacements.has(message.id)) replacements.set(message.id, message);
  };
  const noteRemoved = (ids: readonly string[]) => {
    for (const id of ids) removed.add(id);
  };

  return {
    add(checkpoint, before) {
      const end =
        before === undefined
          ? checkpoint.messages.length
          : checkpoint.messages.findIndex((message) => message.id === before);
      for (let i = checkpoint.messages.length - 1; i >= 0; i--) {
        const message = checkpoint.messages[i];
        if (!message || removed.has(message.id)) continue;
        if (checkpoint.replaced.includes(message.id)) noteReplacement(message);
        else if (i < end) newestFirst.push(replacements.get(message.id) ?? message);
      }
      noteRemoved(checkpoint.removed);
    },
    addEdits(checkpoint) {
      for (const message of checkpoint.messages) if (checkpoint.replaced.includes(message.id)) noteReplacement(message);
      noteRemoved(checkpoint.removed);
    },
    get count() {
      return newestFirst.length;
    },
    messages: (limit = newestFirst.length) => newestFirst.slice(0, limit).reverse(),
  };
}

/** Where a checkpoint stands in its thread. */
export interface CheckpointPosition {
  readonly version: number;
  readonly fork: number;
}

/**
 * The versions a state is made of, oldest first. Below its newest fork a chain is what the fork says; from there on it has no gap, because a checkpoint that does
 * not continue its predecessor is a fork itself.
 */
export function visibleRanges(at: CheckpointPosition, forkRanges: readonly VersionRange[]): VersionRange[] {
  return at.fork === 0 ? [[1, at.version]] : [...forkRanges, [at.fork, at.version]];
}

/** Is a version inside one of the ranges? */
export const isWithin = (version: number, ranges: readonly VersionRange[]): boolean =>
  ranges.some(([from, to]) => version >= from && version <= to);
