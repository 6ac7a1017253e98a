import { describe, expect, it } from 'vitest';
import { type Checkpoint, withFront } from '../../../src/web/api/checkpoint.ts';
import { knowsVersions, versionsOfAnswer, versionsOfMessage } from '../../../src/web/conversation/versions.ts';
import { aMessage, at } from './example-data.ts';

/** A step of the log: `v<version>`, which goes on from `v<parent>`. */
const step = (version: number, parent: number, source: string, runId: string, ...messages: string[]): Checkpoint => ({
  values: { messages: messages.map((id) => aMessage(id)) },
  next: [],
  tasks: [],
  checkpoint: { thread_id: 't1', checkpoint_id: `v${version}`, version },
  parent_checkpoint: parent === 0 ? null : { thread_id: 't1', checkpoint_id: `v${parent}`, version: parent },
  metadata: { source, run_id: runId },
  created_at: at(version),
});

/** q1 is asked (r1), asked again in other words (r2), then answered anew (r3), and the thread goes on (r4). Newest first, as the API gives it. */
const LOG = [
  step(1, 0, 'input', 'r1', 'q1'),
  step(2, 1, 'model', 'r1', 'a1'),
  step(3, 1, 'input', 'r2', 'q1'),
  step(4, 3, 'model', 'r2', 'a2'),
  step(5, 3, 'input', 'r3'),
  step(6, 5, 'model', 'r3', 'a3'),
  step(7, 6, 'input', 'r4', 'q2'),
  step(8, 7, 'model', 'r4', 'a4'),
].toReversed();

describe('the versions of a question', () => {
  it('are one for each time it was sent, and lead to the newest state that goes on from it', () => {
    expect(versionsOfMessage(LOG, 'q1')).toEqual([
      { runId: 'r1', checkpointId: 'v2' },
      { runId: 'r2', checkpointId: 'v4' },
    ]);
    expect(versionsOfMessage(LOG, 'q2')).toEqual([{ runId: 'r4', checkpointId: null }]);
  });
});

describe('the versions of an answer', () => {
  it('are the runs that answered the same words', () => {
    const both = [
      { runId: 'r2', checkpointId: 'v4' },
      { runId: 'r3', checkpointId: null },
    ];
    expect(versionsOfAnswer(LOG, 'r3')).toEqual(both);
    expect(versionsOfAnswer(LOG, 'r2')).toEqual(both);
    expect(versionsOfAnswer(LOG, 'r1')).toHaveLength(1);
    expect(versionsOfAnswer(LOG, 'unknown')).toEqual([]);
  });
});

describe('a part of the log', () => {
  it('is enough when it reaches what the question was asked after', () => {
    const newest = (count: number) => LOG.slice(0, count);
    expect(knowsVersions(newest(2), 'r4')).toBe(false);
    expect(knowsVersions(newest(3), 'r4')).toBe(true);
    expect(knowsVersions(newest(4), 'r3')).toBe(false);
    expect(knowsVersions(newest(7), 'r3')).toBe(false);
    expect(knowsVersions(LOG, 'r3')).toBe(true);
  });

  it('is more when the log goes back to its beginning by inputs alone', () => {
    expect(knowsVersions([step(1, 0, 'input', 'r1', 'q1')], 'r1')).toBe(true);
  });
});

describe('the front of a log that was read before', () => {
  const page = (items: readonly Checkpoint[], next: string | null) => ({ items, next });
  const known = { pages: [page(LOG.slice(4, 6), 'v3'), page(LOG.slice(6), null)], pageParams: [null, 'v3'] };
  const versions = (data: typeof known) =>
    data.pages.map(({ items }) => items.map(({ checkpoint }) => checkpoint.version));

  it('goes in front of it, and what was read stays', () => {
    const grown = withFront(known, page(LOG.slice(2, 6), 'v3')) as typeof known;
    expect(versions(grown)).toEqual([
      [6, 5, 4, 3],
      [2, 1],
    ]);
    expect(grown.pages[1]).toBe(known.pages[1]);
  });

  it('changes nothing when nothing is new', () => {
    expect(withFront(known, page(LOG.slice(4, 6), 'v3'))).toBe(known);
  });

  it('stands alone when it does not reach it', () => {
    expect(versions(withFront(known, page(LOG.slice(0, 2), 'v7')) as typeof known)).toEqual([[8, 7]]);
  });
});
