import type { IndexedTerms } from './index-terms.ts';

/** What is known of all passages together. */
export interface Corpus {
  readonly passages: number;
  readonly averageLength: number;
}

/** How quickly repetitions of a word stop to count, and how much long passages are held back: the usual values (Robertson and Zaragoza, 2009). */
const K1 = 1.2;
const B = 0.75;

/** How telling a term is that `frequency` of the passages have. Never negative. */
export const inverseFrequency = (frequency: number, { passages }: Corpus): number =>
  Math.log(1 + (Math.max(passages, frequency) - frequency + 0.5) / (frequency + 0.5));

/** Okapi BM25 of one passage. @param weights of each term of the question */
export function bm25(passage: IndexedTerms, weights: ReadonlyMap<string, number>, corpus: Corpus): number {
  const average = corpus.averageLength > 0 ? corpus.averageLength : passage.length;
  const length = average > 0 ? passage.length / average : 1;
  let score = 0;
  for (const [index, term] of passage.terms.entries()) {
    const weight = weights.get(term);
    if (weight === undefined) continue;
    const often = passage.freqs[index] ?? 0;
    score += (weight * often * (K1 + 1)) / (often + K1 * (1 - B + B * length));
  }
  return score;
}
