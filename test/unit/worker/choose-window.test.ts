import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseWindow } from '../../../src/worker/run/choose-window.ts';

const turn = [{ role: 'user' }, { role: 'assistant' }] as const;
const thread = (turns: number) => Array.from({ length: turns }, () => turn).flat();
const ones = (messages: readonly unknown[]) => messages.map(() => 1);

describe('the window of a context policy', () => {
  it('is all of a thread that fits', () => {
    expect(chooseWindow(thread(5), ones(thread(5)), 10, 0)).toBe(0);
  });

  it('moves on by a large part when it is full, and then stays until it is full again', () => {
    const starts: number[] = [];
    for (let turns = 1; turns <= 20; turns += 1) {
      const messages = thread(turns);
      starts.push(chooseWindow(messages, ones(messages), 10, starts.at(-1) ?? 0));
    }
    expect(starts).toEqual([0, 0, 0, 0, 0, 6, 6, 6, 12, 12, 12, 18, 18, 18, 24, 24, 24, 30, 30, 30]);
  });

  it('keeps the newest message of the user, also when that alone is more than fits', () => {
    const messages = [...thread(3), { role: 'user' }, { role: 'assistant' }, { role: 'tool' }] as const;
    expect(
      chooseWindow(
        messages,
        messages.map(() => 100),
        10,
        0,
      ),
    ).toBe(6);
  });

  it('begins with the user or where it was, never goes back, and fits when the last turn does', () => {
    const message = fc.record({
      role: fc.constantFrom('user' as const, 'assistant' as const, 'tool' as const),
      cost: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 400 }),
        fc.nat(),
        (all, capacity, at) => {
          const previous = at % all.length;
          const start = chooseWindow(
            all,
            all.map(({ cost }) => cost),
            capacity,
            previous,
          );
          expect(start).toBeGreaterThanOrEqual(previous);
          if (start > previous) expect(all[start]?.role).toBe('user');
          const lastUser = all.findLastIndex(({ role }) => role === 'user');
          if (lastUser >= previous) expect(start).toBeLessThanOrEqual(Math.max(previous, lastUser));
          const cost = (from: number) => all.slice(from).reduce((sum, one) => sum + one.cost, 0);
          if (lastUser > previous && cost(lastUser) <= capacity * 0.6)
            expect(cost(start)).toBeLessThanOrEqual(capacity);
        },
      ),
    );
  });
});
