/** Of a piece that is cut, at least this part of what it may have stays together. */
const LEAST = 0.5;

/**
 * Where to cut a text that is too long, at most at `limit`: after an empty line, a line, a sentence or a word, the last such place of the best kind that there is in the second half; else exactly there, but never inside
 * a surrogate pair. Code is cut at lines.
 * @returns a place in (from, limit]
 */
export function splitPoint(text: string, from: number, limit: number, isCode: boolean): number {
  const least = from + Math.floor((limit - from) * LEAST);
  const window = text.slice(least, limit);
  for (const boundary of isCode
    ? [/\n(?=\S)/g, /\n/g]
    : [/\n\s*\n/g, /\n/g, /[.!?。！？]["')\]]*\s+/g, /[;:,]\s+/g, /\s+/g]) {
    const last = [...window.matchAll(boundary)].at(-1);
    if (last) return least + last.index + last[0].length;
  }
  const middleOfPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(limit));
  return middleOfPair && limit - 1 > from ? limit - 1 : limit;
}
