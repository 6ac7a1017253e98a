import { describe, expect, it } from 'vitest';
import { decideWait, type WaitFacts } from '../../../src/shared/scheduling/decide-wait.ts';

const FREE: WaitFacts = {
  lane: 'interactive',
  waitedMs: 1200,
  aheadOnThread: 0,
  holder: null,
  projectPaused: false,
  lanePaused: false,
  slots: 8,
  aheadInProject: null,
  aheadOnQueue: 0,
};
const told = (facts: Partial<WaitFacts>) => {
  const { reason, position, blocked_by } = decideWait({ ...FREE, ...facts });
  return [reason, position, blocked_by];
};

describe('why a run has not started', () => {
  it('names the first thing on its way, whatever else holds', () => {
    const everything = {
      aheadOnThread: 3,
      holder: 'holder',
      projectPaused: true,
      lanePaused: true,
      slots: 0,
      aheadOnQueue: null,
      aheadInProject: 7,
    };
    expect(told(everything)).toEqual(['thread_busy', 3, 'holder']);
    expect(told({ ...everything, aheadOnThread: 0 })).toEqual(['project_paused', null, null]);
    expect(told({ ...everything, aheadOnThread: 0, projectPaused: false })).toEqual(['lane_paused', null, null]);
    expect(told({ slots: 0, aheadOnQueue: null, aheadInProject: 7 })).toEqual(['no_worker', null, null]);
    expect(told({ aheadOnQueue: null, aheadInProject: 7 })).toEqual(['queue_away', null, null]);
    expect(told({ aheadOnQueue: 5, aheadInProject: 7 })).toEqual(['project_window', 7, null]);
    expect(told({ aheadOnQueue: 5 })).toEqual(['workers_busy', 5, null]);
    expect(told({})).toEqual(['next', 0, null]);
  });

  it('says in words how many go first', () => {
    expect(decideWait({ ...FREE, aheadOnThread: 1, holder: 'h' }).detail).toMatch(/^1 run of its thread/);
    expect(decideWait({ ...FREE, aheadInProject: 1000 }).detail).toContain('1,000 runs');
  });
});
