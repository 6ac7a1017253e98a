import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { queueName, runJobId, runJobSchema } from '../../../src/shared/queue/run-job.ts';

describe('the job of a run', () => {
  it('has an id that is new for each dispatch, and that the queue takes', () => {
    const run_id = newId();
    const ids = [1, 2, 11].map((dispatch) => runJobId({ run_id, dispatch }));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      expect(id).not.toContain(':');
      expect(id).not.toMatch(/^\d+$/);
      expect(id).toContain(run_id);
    }
  });

  it('carries ids and nothing else', () => {
    const job = { run_id: newId(), dispatch: 1 };
    expect(runJobSchema.parse(job)).toEqual(job);
    for (const bad of [{ ...job, input: 'x' }, { ...job, dispatch: 0 }, { dispatch: 1 }, { ...job, run_id: 'x' }])
      expect(runJobSchema.safeParse(bad).success).toBe(false);
  });

  it('has a queue for each lane', () => {
    expect([queueName('interactive'), queueName('batch')]).toEqual(['runs-interactive', 'runs-batch']);
  });
});
