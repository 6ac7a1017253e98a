import { describe, expect, it } from 'vitest';
import { previewOf } from '../../../src/web/pages/runs/preview-of.ts';
import { runNumbers } from '../../../src/web/pages/runs/run-numbers.ts';
import { readRunsSearch } from '../../../src/web/pages/runs/runs-search.ts';
import { aRun, at } from './example-data.ts';

const NOW = Date.parse(at(20));

describe('the numbers of a run', () => {
  it('are its wait, the time to its first token, and how long it ran', () => {
    expect(runNumbers(aRun(), NOW)).toEqual({ wait: 1000, firstToken: 1000, duration: 9000 });
  });

  it('grow with the clock while it goes on, and are not known before they begin', () => {
    expect(runNumbers(aRun({ finished_at: null, first_token_at: null }), NOW)).toEqual({
      wait: 1000,
      firstToken: null,
      duration: 19_000,
    });
    const queued = aRun({ started_at: null, first_token_at: null, finished_at: null });
    expect(runNumbers(queued, NOW)).toEqual({ wait: 20_000, firstToken: null, duration: null });
  });

  it('are never negative when clocks differ', () => {
    expect(runNumbers(aRun({ started_at: at(-2) }), NOW).wait).toBe(0);
  });
});

describe('what a run was asked', () => {
  it('is the last message of the user, on one line', () => {
    const input = [
      { role: 'user' as const, content: 'First' },
      { role: 'user' as const, content: ' Second\n\nline ' },
      { role: 'assistant' as const, content: 'Said' },
    ];
    expect(previewOf({ input })).toBe('Second line');
  });

  it('is in words also when there is no text', () => {
    expect(previewOf({ input: [] })).toBe('Continues the thread');
    const image_url = { url: 'data:image/png;base64,AA==' };
    expect(previewOf({ input: [{ role: 'user', content: [{ type: 'image_url', image_url }] }] })).toBe('A picture');
  });
});

describe('the address of the page Runs', () => {
  it('keeps what it knows and leaves out the rest', () => {
    expect(readRunsSearch({ status: 'failed', assistant: 'a1', range: '1h', run: 'r1', other: 1 })).toEqual({
      status: 'failed',
      assistant: 'a1',
      range: '1h',
      run: 'r1',
    });
    expect(readRunsSearch({ status: 'lost', range: '2y', run: 7 })).toEqual({});
  });
});
