import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bm25, inverseFrequency } from '../../../src/shared/search/bm25.ts';
import { indexTerms } from '../../../src/shared/search/index-terms.ts';
import { tokenize } from '../../../src/shared/search/tokenize.ts';

describe('terms', () => {
  it.each([
    ['resuming streams', 'Resume the stream'],
    ['multitask_strategy', '`multitask_strategy` (default enqueue)'],
    ['strategy', 'multitask_strategy'],
    ['Last-Event-ID', 'the header last-event-id:'],
    ['event', 'Last-Event-ID'],
    ['useStream', 'the hook useStream()'],
    ['stream', 'useStream'],
    ['thread_id', '{"thread_id": "x"}'],
    ['3.14', 'pi is about 3.14.'],
    ['409', 'answers 409 then'],
    ['/runs/stream', 'POST /runs/stream'],
    ['ＦＵＬＬ', 'full width'],
    ['CAFÉ', 'cafe\u0301 olé'],
    ['東京', '私は東京に住んでいます'],
    ['Straße', 'die straße'],
  ])('of “%s” are among those of “%s”', (query, text) => {
    const asked = tokenize(query);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((term) => !tokenize(text).includes(term))).toEqual([]);
  });

  it('are none of words that everybody uses', () => {
    expect(tokenize('What is it that you would do?')).toEqual([]);
  });

  it('of any text can be keys of an index', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        for (const term of tokenize(text)) {
          expect(term.length).toBeGreaterThan(0);
          expect(term.length).toBeLessThanOrEqual(64);
          expect(term).not.toMatch(/\s/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('rank', () => {
  const corpus = { passages: 1000, averageLength: 100 };
  const rank = (text: string, weights: [string, number][], heading: string[] = []) =>
    bm25(indexTerms(text, heading, ''), new Map(weights), corpus);

  it('a rare term counts more than a frequent one, and every term counts', () => {
    const weights: [string, number][] = [
      ['rare', inverseFrequency(2, corpus)],
      ['often', inverseFrequency(800, corpus)],
    ];
    expect(rank('rare', weights)).toBeGreaterThan(rank('often', weights));
    expect(rank('often', weights)).toBeGreaterThan(0);
    expect(rank('rare often', weights)).toBeGreaterThan(rank('rare', weights) * 0.99);
  });

  it('a word in the heading counts more than one in the text', () => {
    const weights: [string, number][] = [['cancel', 1]];
    expect(rank('some text', weights, ['Runs', 'Cancel'])).toBeGreaterThan(
      rank('some text cancel', weights, ['Runs', 'Other']),
    );
  });
});
