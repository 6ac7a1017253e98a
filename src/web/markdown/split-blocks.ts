/**
 * Cuts Markdown that is still being written into blocks, so that only the last one is parsed again with each piece that comes. Cuts are made at empty
 * lines outside of code fences, and never in front of an indented line, which may continue a list. The parts put together are the text.
 */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let start = 0;
  let fence: string | null = null;
  let empty = false;
  let at = 0;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === null && empty && at > start && !/^(\s|[-*+>|]|\d+[.)])/.test(line) && line !== '') {
      blocks.push(text.slice(start, at));
      start = at;
    }
    if (mark && fence === null) fence = mark;
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null;
    empty = line.trim() === '' && fence === null;
    at += line.length + 1;
  }
  blocks.push(text.slice(start));
  return blocks;
}
