import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionRange } from '../../../src/shared/domain/checkpoint.ts';
import {
  createBackwardFold,
  type FoldableCheckpoint,
  isWithin,
  visibleRanges,
} from '../../../src/shared/domain/fold-checkpoints.ts';
import type { Message } from '../../../src/shared/domain/message.ts';

interface Checkpoint extends FoldableCheckpoint {
  readonly version: number;
  readonly parent: number;
  readonly fork: number;
  readonly ranges?: readonly VersionRange[];
}

let made = 0;
const message = (id: string): Message => {
  made += 1;
  const rest = { role: 'user', status: 'completed', run_id: null, created_at: '2026-01-01T00:00:00.000Z' } as const;
  return { id, content: `text ${made}`, ...rest };
};

/** The definition: from the root on, remove, then replace in place or append. */
function forwards(log: readonly Checkpoint[], version: number): Message[] {
  const at = log.find((checkpoint) => checkpoint.version === version);
  if (!at) return [];
  const state = forwards(log, at.parent).filter(({ id }) => !at.removed.includes(id));
  for (const added of at.messages) {
    const index = state.findIndex(({ id }) => id === added.id);
    if (index >= 0) state[index] = added;
    else state.push(added);
  }
  return state;
}

function rangesAt(log: readonly Checkpoint[], version: number): VersionRange[] {
  const at = log.find((checkpoint) => checkpoint.version === version);
  if (!at) return [];
  return visibleRanges(at, log.find((checkpoint) => checkpoint.version === at.fork)?.ranges ?? []);
}

function backwards(log: readonly Checkpoint[], version: number, limit?: number): Message[] {
  const ranges = rangesAt(log, version);
  const fold = createBackwardFold();
  for (const checkpoint of log.toReversed()) if (isWithin(checkpoint.version, ranges)) fold.add(checkpoint);
  return fold.messages(limit);
}

/** One change: what it adds, replaces (places in the state before) and removes, and how far back it forks. */
const change = fc.record({
  add: fc.nat(3),
  again: fc.nat(2),
  replace: fc.array(fc.nat(20), { maxLength: 3 }),
  remove: fc.array(fc.nat(20), { maxLength: 2 }),
  back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(10) }),
});

/** A log as the checkpoint log writes it. `again` adds messages with ids that were removed before. */
function logOf(changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[]): Checkpoint[] {
  const log: Checkpoint[] = [];
  const gone: string[] = [];
  for (const { add, again, replace, remove, back } of changes) {
    const version = log.length + 1;
    const parent = Math.max(log.length - back, 0);
    const before = forwards(log, parent);
    const pick = (places: readonly number[]) => [...new Set(places)].flatMap((n) => before[n]?.id ?? []);
    const removed = pick(remove);
    const replaced = pick(replace).filter((id) => !removed.includes(id));
    const there = new Set(before.map(({ id }) => id));
    const back_ = gone.filter((id) => !there.has(id)).slice(0, again);
    const fresh = Array.from({ length: add }, (_, n) => `m${version}.${n}`);
    const moved = again > 1 ? removed.slice(0, 1) : [];
    gone.push(...removed);
    log.push({
      version,
      parent,
      fork: back > 0 && log.length > 0 ? version : (log.at(-1)?.fork ?? 0),
      ...(back > 0 && log.length > 0 ? { ranges: rangesAt(log, parent) } : {}),
      messages: [...replaced, ...fresh, ...new Set([...back_, ...moved])].map(message),
      replaced,
      removed,
    });
  }
  return log;
}

describe('folding backwards', () => {
  it('gives the state that folding forwards gives, at every version, whatever was added, replaced, removed and forked', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        const log = logOf(changes);
        for (const { version } of log) expect(backwards(log, version)).toEqual(forwards(log, version));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the newest messages without reading on', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (changes, limit) => {
          const log = logOf(changes);
          const ranges = rangesAt(log, log.length);
          const fold = createBackwardFold();
          for (const checkpoint of log.toReversed()) {
            if (fold.count >= limit) break;
            if (isWithin(checkpoint.version, ranges)) fold.add(checkpoint);
          }
          expect(fold.messages(limit)).toEqual(forwards(log, log.length).slice(-limit));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the page in front of a message from the edits above it and the log below it', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(30), (changes, place) => {
        const log = logOf(changes);
        const all = forwards(log, log.length);
        const before = all[place];
        if (!before) return;
        const ranges = rangesAt(log, log.length);
        const visible = log.filter(({ version }) => isWithin(version, ranges)).toReversed();
        const from = visible.find(
          ({ messages, replaced }) => messages.some(({ id }) => id === before.id) && !replaced.includes(before.id),
        );
        const fold = createBackwardFold();
        for (const checkpoint of visible) {
          if (checkpoint.version > (from?.version ?? 0)) fold.addEdits(checkpoint);
          else fold.add(checkpoint, checkpoint === from ? before.id : undefined);
        }
        expect(fold.messages()).toEqual(all.slice(0, place));
      }),
      { numRuns: 500 },
    );
  });
});

describe('visible ranges', () => {
  it('are the chain from the checkpoint to the root', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        const log = logOf(changes);
        for (const { version } of log) {
          const chain = new Set<number>();
          for (let at = version; at > 0; at = log[at - 1]?.parent ?? 0) chain.add(at);
          const ranges = rangesAt(log, version);
          expect(log.filter((one) => isWithin(one.version, ranges)).map((one) => one.version)).toEqual(
            [...chain].toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a thread that was never forked are one range', () => {
    expect(visibleRanges({ version: 7, fork: 0 }, [])).toEqual([[1, 7]]);
    expect(visibleRanges({ version: 15, fork: 11 }, [[1, 4]])).toEqual([
      [1, 4],
      [11, 15],
    ]);
    expect(visibleRanges({ version: 3, fork: 3 }, [])).toEqual([[3, 3]]);
  });
});
