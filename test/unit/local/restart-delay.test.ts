import { expect, it } from 'vitest';
import { restartDelay } from '../../../src/local/restart-delay.ts';

it('starts again after 0.2 s, then ever later, at most after 5 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(restartDelay)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});
