import type { Block, Extracted } from './extracted.ts';

/** Paragraphs are what empty lines part. */
export function fromText(text: string): Extracted {
  const blocks: Block[] = [];
  for (const { index, 0: paragraph } of text.matchAll(/[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*/g))
    blocks.push({ kind: 'paragraph', start: index, end: index + paragraph.length });
  return { text, blocks };
}
