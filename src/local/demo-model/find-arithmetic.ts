const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d{2}-\d{2}\b/g, ' '],
  [/(\d),(?=\d{3}\b)/g, '$1'],
  [/\s*(?:\btimes\b|\bmultiplied by\b|[×·])\s*/gi, '*'],
  [/(\d)\s*x\s*(?=\d)/gi, '$1*'],
  [/\s*(?:\bdivided by\b|÷)\s*/gi, '/'],
  [/\s*\bplus\b\s*/gi, '+'],
  [/\s*(?:\bminus\b|−)\s*/gi, '-'],
  [/\s*(?:\bto the power of\b|\*\*)\s*/gi, '^'],
  [/\s*\bsquared\b/gi, '^2'],
  [/(\d+(?:\.\d+)?)\s*(?:%|percent)\s+of\s+/gi, '$1/100*'],
  [/\bsquare root of\s+(\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
];

const CANDIDATE = /(?:sqrt|[\d.()+\-*/^\s])+/g;
const IS_SUM = /sqrt\(\d|[\d)]\s*[-+*/^]\s*(?:-?\s*[\d(]|sqrt)/;
const CLEAR = /[+*^]|sqrt/;
const ASKED = /\b(?:what(?:'s|\s+is|\s+are)|calculate|compute|evaluate|solve|how much|result of|sum of)\b|=/i;

/**
 * Finds the sum a question asks for, as an expression in digits, `+ - * / ^ ( )` and `sqrt`; null when there is none.
 * "3-4 people" and "24/7" look like sums too, so a lone minus or slash counts only when the question asks for a result
 * or is nothing else.
 */
export const findArithmetic = (question: string): string | null => {
  const text = WORDS.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), question);
  const sums = (text.match(CANDIDATE) ?? []).map(trim).filter((candidate) => IS_SUM.test(candidate));
  const longest = sums.reduce((best, candidate) => (candidate.length > best.length ? candidate : best), '');
  if (longest === '') return null;
  const alone = text.replace(/[\s?.!]/g, '') === longest.replace(/\s/g, '');
  return CLEAR.test(longest) || ASKED.test(question) || alone ? longest : null;
};

/** Takes off what belongs to the sentence: dots and operators at the edges, brackets without a partner. */
const trim = (candidate: string): string => {
  let text = candidate.replace(/^[\s.)*/^+]+|[\s.(*/^+-]+$/g, '');
  while (text.endsWith(')') && count(text, ')') > count(text, '(')) text = text.slice(0, -1);
  while (text.startsWith('(') && count(text, '(') > count(text, ')')) text = text.slice(1);
  return text.trim();
};

const count = (text: string, character: string): number => text.split(character).length - 1;
