/** The parser takes some hundred bytes of memory for each character; a part of this length is nothing. */
const PART = 65_536;

/**
 * Where a long Markdown text can be taken apart without changing what it means: after an empty line, before a line that begins at the margin, outside of fenced code. A text without such places stays whole.
 * @returns where the parts begin; the first is 0
 */
export function markdownParts(text: string): number[] {
  const starts = [0];
  let fence: string | null = null;
  let afterEmpty = false;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end + 1;
    const line = text.slice(at, Math.min(next, at + 200));
    if (fence === null && afterEmpty && /^\S/.test(line) && at - (starts.at(-1) ?? 0) >= PART) starts.push(at);
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence)) fence = null;
    }
    afterEmpty = line.trim() === '';
    at = next;
  }
  return starts;
}
