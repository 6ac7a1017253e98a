import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkSizes, chunkText } from '../../../src/worker/documents/chunk-text.ts';
import { fromMarkdown } from '../../../src/worker/documents/extract/from-markdown.ts';
import { fromText } from '../../../src/worker/documents/extract/from-text.ts';

const sizes: ChunkSizes = { target: 60, overlap: 12 };
const cut = (markdown: string) => {
  const extracted = fromMarkdown(markdown);
  return chunkText(extracted, sizes).map((chunk) => ({ ...chunk, text: extracted.text.slice(chunk.start, chunk.end) }));
};

const line = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.lorem({ maxCount: 30 }),
  fc.constantFrom(
    '# One',
    '## Two',
    '### Three',
    '- item',
    '1. first',
    '| a | b |',
    '|---|---|',
    '```',
    '',
    '> said',
    '    code',
  ),
);
const texts = fc.array(line, { minLength: 1, maxLength: 40 }).map((lines) => lines.join('\n'));

describe('the chunks of any text', () => {
  it.each([
    ['Markdown', fromMarkdown],
    ['plain text', fromText],
  ])('cover every character in order, and none is too long (%s)', (_title, extract) => {
    fc.assert(
      fc.property(texts, (text) => {
        const chunks = chunkText(extract(text), sizes);
        let covered = 0;
        for (const [index, { start, end, index: own }] of chunks.entries()) {
          expect(own).toBe(index);
          expect(start).toBeLessThanOrEqual(covered);
          expect(end).toBeGreaterThan(covered);
          expect(end - start).toBeLessThanOrEqual(sizes.target + sizes.overlap);
          if (index > 0) expect(covered - start).toBeLessThanOrEqual(sizes.overlap);
          covered = end;
        }
        expect(covered).toBe(text.length);
      }),
      { numRuns: 400 },
    );
  });

  it('never begin or end inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('😀', '𝔸', 'a'), minLength: 100, maxLength: 400 }), (text) => {
        for (const { start, end } of chunkText(fromText(text), sizes))
          expect(text.slice(start, end).isWellFormed()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe('structure', () => {
  it('of a long text, which is parsed in parts, is that of its parts together', () => {
    const section = (n: number) =>
      `# Part ${n}\n\n\`\`\`sh\n# no heading\n\nmore\n\`\`\`\n\n- item ${n}\n\n  of two paragraphs`;
    const sections = Array.from({ length: 4000 }, (_, n) => section(n));
    const { text, blocks } = fromMarkdown(sections.join('\n\n'));
    expect(text.length).toBeGreaterThan(3 * 65_536);
    const each = fromMarkdown(section(0)).blocks.map(({ kind }) => kind);
    expect(blocks.map(({ kind }) => kind)).toEqual(sections.flatMap(() => each));
    for (const [index, block] of blocks.filter(({ kind }) => kind === 'heading').entries())
      expect(text.slice(block.start, block.end)).toBe(`# Part ${index}`);
  });

  it('a heading begins a chunk, and its title is above those of its section', () => {
    const chunks = cut('# Guide\n\nWelcome.\n\n## Streams\n\n### *Resume*\n\nSend the id.\n\n## Limits\n\nFew.');
    expect(chunks.map(({ heading, text }) => [heading, text.split('\n')[0]])).toEqual([
      [['Guide'], '# Guide'],
      [['Guide', 'Streams', 'Resume'], '## Streams'],
      [['Guide', 'Limits'], '## Limits'],
    ]);
  });

  it('paragraphs, items and rows that fit are not cut', () => {
    const item = '- an item of a list with several words';
    const chunks = cut([item, item, item].join('\n'));
    expect(chunks).toHaveLength(3);
    for (const { text } of chunks) expect(text).toContain(item);
  });

  it('code is cut at its lines', () => {
    const code = Array.from({ length: 12 }, (_, n) => `const value${n} = call(${n});`).join('\n');
    for (const { text } of cut(`\`\`\`js\n${code}\n\`\`\``).slice(1, -1))
      for (const one of text.trim().split('\n')) expect(one).toMatch(/^const value\d+ = call\(\d+\);$|^```/);
  });

  it('a chunk begins with the end of the one before, within a section only', () => {
    const [first, second, third] = cut(
      'The first sentence is of some length, really. It ends.\n\nThe second paragraph is long as well, so it is apart.\n\n# New\n\nOther.',
    );
    expect(first && second && second.start < first.end).toBe(true);
    expect(second?.text.startsWith('It ends.')).toBe(true);
    expect(third?.start).toBe(second?.end);
  });
});
