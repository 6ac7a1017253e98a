/** A piece of text that belongs together. Blocks are in order and do not overlap; between them is only white space or markup. */
export interface Block {
  readonly kind: 'paragraph' | 'list_item' | 'table_row' | 'code' | 'heading';
  readonly start: number;
  readonly end: number;
  /** Of a heading: 1 is the outermost. */
  readonly level?: number;
  /** Of a heading: its words without markup. */
  readonly title?: string;
  /** Of a PDF, from 1. */
  readonly page?: number;
}

/** The text of a document, and how it is built. Offsets count UTF-16 units. */
export interface Extracted {
  readonly text: string;
  readonly blocks: readonly Block[];
}
