import { stemmer } from 'stemmer';

/** Nobody looks for these, and they would be half of the index. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its me my no nor not of ' +
    'on or our she should so such than that the their them then there these they this those to us was we were what when where which who why will with would you your'
  ).split(' '),
);
/** A term is a key of an index. */
const MAX_TERM = 64;

/** Letters and digits with signs between them and none around: `Last-Event-ID`, `multitask_strategy`, `3.14`, `/runs/stream` (without its first sign). */
const COMPOUND = /[\p{L}\p{N}]+(?:[-_./:@+]+[\p{L}\p{N}]+)+/gu;
const HUMP = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

// Knows the words of languages that do not part them. It holds no state, and making one is slow.
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * The terms of a text, for the index and for questions alike: words as Unicode parts them, NFKC, lower case, English words by their stem, without stop words. An identifier gives itself whole and its parts, so it is
 * found by either. In the order of the text, with repetitions.
 */
export function tokenize(text: string): string[] {
  const normal = text.normalize('NFKC');
  const terms: string[] = [];
  for (const [compound] of normal.matchAll(COMPOUND)) terms.push(compound.toLowerCase().slice(0, MAX_TERM));
  for (const { segment, isWordLike } of segmenter.segment(normal)) {
    if (!isWordLike) continue;
    for (const word of segment.split(/[^\p{L}\p{N}\p{M}]+/u)) {
      if (word === '') continue;
      const humps = word.split(HUMP);
      if (humps.length > 1) for (const hump of humps) addWord(terms, hump);
      addWord(terms, word);
    }
  }
  return terms;
}

function addWord(terms: string[], word: string): void {
  const lower = word.toLowerCase();
  if (STOP_WORDS.has(lower)) return;
  terms.push((/^[a-z]{3,}$/.test(lower) ? stemmer(lower) : lower).slice(0, MAX_TERM));
}

/** How often each term comes. */
export function countTerms(
  terms: readonly string[],
  into: Map<string, number> = new Map(),
  weight = 1,
): Map<string, number> {
  for (const term of terms) into.set(term, (into.get(term) ?? 0) + weight);
  return into;
}
