import { countTerms, tokenize } from './tokenize.ts';

/** What a search needs of a passage: its terms, how often each comes, and how many there are together. */
export interface IndexedTerms {
  readonly terms: string[];
  readonly freqs: number[];
  readonly length: number;
}

/** A word of the innermost heading says more of what a passage is about than one of its text. */
const INNERMOST = 2;

/** The terms of a passage and of the headings that it stands under. */
export function indexTerms(text: string, heading: readonly string[], name: string): IndexedTerms {
  const own = tokenize(text);
  const counts = countTerms(own);
  let length = own.length;
  for (const [index, title] of [name, ...heading].entries()) {
    const weight = index === heading.length && index > 0 ? INNERMOST : 1;
    const terms = tokenize(title);
    countTerms(terms, counts, weight);
    length += terms.length * weight;
  }
  return { terms: [...counts.keys()], freqs: [...counts.values()], length };
}
