import type { Block, Extracted } from './extract/extracted.ts';
import { splitPoint } from './split-point.ts';

/** A passage: `text.slice(start, end)` of the document, and where it stands. */
export interface Chunk {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Titles of the headings above it, outermost first. */
  readonly heading: readonly string[];
  /** Of its first own character. */
  readonly page: number | null;
}

export interface ChunkSizes {
  /** A chunk is closed before it becomes longer than this, its overlap not counted. */
  readonly target: number;
  /** How much of the chunk before it is repeated at most. Less than `target`. */
  readonly overlap: number;
}

/** About 200 tokens of English. Chunks have `target + overlap` characters at most. */
export const CHUNK_SIZES: ChunkSizes = { target: 1000, overlap: 150 };
const MAX_TITLE = 200;

/** A chunk that may grow: `from` is where its own text begins, behind what it repeats. */
interface Open {
  readonly start: number;
  readonly from: number;
  readonly heading: readonly string[];
  readonly page: number | null;
  readonly end: number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly block: Block | null;
  /** It begins inside of its block. */
  readonly inside: boolean;
}

/**
 * Cuts a text at its structure: a heading begins a chunk; paragraphs, list items, rows and code stay whole where they fit. Every character of the text is in a chunk, and their order is that of the text. Within a
 * section a chunk begins with the end of the one before, so that a sentence at the border is found in its surroundings.
 */
export function chunkText({ text, blocks }: Extracted, sizes: ChunkSizes = CHUNK_SIZES): Chunk[] {
  const chunks: Open[] = [];
  let path: { level: number; title: string }[] = [];
  let onlyHeadings = false;
  for (const piece of pieces(text, blocks, sizes.target)) {
    const { block, start, end } = piece;
    const begins = block?.kind === 'heading' && !piece.inside;
    if (begins) path = [...path.filter(({ level }) => level < (block.level ?? 1)), titleOf(block)];
    const heading = path.map(({ title }) => title);
    const last = chunks.at(-1);
    // Headings that follow one another are one beginning; it belongs to the innermost.
    if (last && end - last.from <= sizes.target && (!begins || onlyHeadings))
      chunks[chunks.length - 1] = { ...last, end, heading };
    else {
      const repeats = last !== undefined && !begins;
      const from = repeats ? overlapFrom(text, last.from, start, sizes.overlap, block?.kind === 'code') : start;
      chunks.push({ start: from, from: start, end, heading, page: block?.page ?? null });
      onlyHeadings = true;
    }
    onlyHeadings &&= block?.kind === 'heading';
  }
  return chunks.map(({ from: _, ...chunk }, index) => ({ index, ...chunk }));
}

const titleOf = ({ level = 1, title = '' }: Block) => ({ level, title: title.slice(0, MAX_TITLE) });

/** Parts the whole text: each block with what follows it up to the next one, cut where it is too long. */
function* pieces(text: string, blocks: readonly Block[], target: number): Generator<Piece> {
  if (blocks.length === 0) yield* cut(text, 0, text.length, null, target);
  for (const [index, block] of blocks.entries()) {
    const start = index === 0 ? 0 : block.start;
    yield* cut(text, start, blocks[index + 1]?.start ?? text.length, block, target);
  }
}

function* cut(text: string, start: number, end: number, block: Block | null, target: number): Generator<Piece> {
  let from = start;
  while (from < end) {
    const to = end - from <= target ? end : splitPoint(text, from, from + target, block?.kind === 'code');
    yield { start: from, end: to, block, inside: from > start };
    from = to;
  }
}

/** Where a repetition of at most `overlap` characters before `end` begins: at a sentence, else at a word, else nowhere; in code at a line. */
function overlapFrom(text: string, from: number, end: number, overlap: number, isCode: boolean): number {
  const earliest = Math.max(from, end - overlap);
  const tail = text.slice(earliest, end);
  if (earliest === from) return from;
  const sentence = (isCode ? /\n/ : /(?:[.!?:]\s|\n)\s*/).exec(tail);
  if (sentence && sentence.index + sentence[0].length < tail.length)
    return earliest + sentence.index + sentence[0].length;
  const word = isCode ? null : /\s+/.exec(tail);
  return word && word.index + word[0].length < tail.length ? earliest + word.index + word[0].length : end;
}
