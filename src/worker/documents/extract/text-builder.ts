import type { Block, Extracted } from './extracted.ts';

/** Puts blocks together to a text, for formats whose own text is not one. */
export interface TextBuilder {
  /** Empty text adds nothing. */
  add(kind: Block['kind'], text: string, more?: Pick<Block, 'level' | 'page'>): void;
  readonly length: number;
  build(): Extracted;
}

export function createTextBuilder(): TextBuilder {
  const parts: string[] = [];
  const blocks: Block[] = [];
  let length = 0;
  const push = (text: string): void => {
    parts.push(text);
    length += text.length;
  };
  return {
    add(kind, text, more = {}) {
      const trimmed = kind === 'code' ? text.replace(/^\n+|\s+$/g, '') : text.trim();
      if (trimmed === '') return;
      const last = blocks.at(-1)?.kind;
      const close = kind === last && (kind === 'list_item' || kind === 'table_row');
      if (last !== undefined) push(close ? '\n' : '\n\n');
      const start = length;
      push(trimmed);
      blocks.push({ kind, start, end: length, ...more, ...(kind === 'heading' ? { title: trimmed } : {}) });
    },
    get length() {
      return length;
    },
    build: () => ({ text: parts.join(''), blocks }),
  };
}
