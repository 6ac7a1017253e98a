import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BatchUnderKills, batchUnderKills } from './batch/batch-under-kills.ts';
import { type Rig, startRig } from './rig/start-rig.ts';
import { SHORT_TIMINGS } from './rig/timings.ts';

const ITEMS = 400;

describe('a batch whose only API and only worker are killed on the way', () => {
  let rig: Rig;
  let outcome: BatchUnderKills;
  beforeAll(async () => {
    // Few at a time, so that runs are made all the while.
    rig = await startRig({ apis: 1, workers: 1, timings: SHORT_TIMINGS, env: { BATCH_OPEN_RUNS: '40' } });
    outcome = await batchUnderKills(rig, { items: ITEMS, delayMs: 40, show: false });
  }, 120_000);
  afterAll(() => rig.close());

  it('was in the middle when they were killed', () => {
    for (const ended of outcome.endedAtKills) {
      expect(ended).toBeGreaterThan(0);
      expect(ended).toBeLessThan(ITEMS);
    }
  });

  it('ends well for the command line that submitted it, with every result in order', () => {
    expect(outcome.code).toBe(0);
    expect(outcome.batch).toMatchObject({ status: 'completed', counts: { total: ITEMS, completed: ITEMS } });
    expect(outcome.results.map(({ index, custom_id, output }) => [index, custom_id, output])).toEqual(
      Array.from({ length: ITEMS }, (_, n) => [n, `item-${n}`, `answer ${n}`]),
    );
  });

  it('has one run and one thread for each item, and two steps in each', async () => {
    const { runs, threads, checkpoints } = rig.models;
    const { batch_id } = outcome.batch;
    expect(await runs.countDocuments()).toBe(ITEMS);
    expect((await runs.distinct('batch_index', { batch_id })).length).toBe(ITEMS);
    expect(await threads.countDocuments({ batch_id })).toBe(ITEMS);
    expect(await checkpoints.countDocuments()).toBe(2 * ITEMS);
  });
});
