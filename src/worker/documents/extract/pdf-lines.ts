/** What pdf.js tells of a piece of text. Marks of structure have no `str`. */
export interface PdfItem {
  readonly str?: string;
  readonly hasEOL?: boolean;
  readonly height?: number;
  /** The last two are where it stands, counted from the lower left corner. */
  readonly transform?: readonly number[];
}

/** A line of a page, with the size of its letters to half a point. */
export interface Line {
  readonly text: string;
  readonly size: number;
  readonly y: number;
}

/** The lines of a page in the order in which they were written, which is the order of reading in nearly all files. */
export function toLines(items: readonly PdfItem[]): Line[] {
  const lines: Line[] = [];
  let text = '';
  let size = 0;
  let y = 0;
  const end = (): void => {
    const clean = text.replace(/\s+/g, ' ').trim();
    if (clean !== '') lines.push({ text: clean, size: Math.round(size * 2) / 2, y });
    text = '';
    size = 0;
  };
  for (const { str, hasEOL, height = 0, transform } of items) {
    if (str === undefined) continue;
    if (str.trim() !== '') {
      const at = transform?.[5] ?? 0;
      // Not every writer marks the ends of lines.
      if (size > 0 && Math.abs(at - y) > size) end();
      y = at;
      size = Math.max(size, height);
    }
    text += str;
    if (hasEOL) end();
  }
  end();
  return lines;
}

/** Lines of one size that stand as close as lines of a paragraph do are one; a word that was parted at the end of a line is whole again. */
export function joinLines(lines: readonly Line[], usual: number): Line[] {
  const joined: Line[] = [];
  let before: Line | undefined;
  for (const line of lines) {
    const last = joined.at(-1);
    const gap = before ? before.y - line.y : 0;
    const close = before !== undefined && gap > 0 && gap <= Math.max(line.size, usual) * 1.6;
    if (last && close && last.size === line.size && !/^[•◦▪–*-] |^\d{1,3}[.)] /.test(line.text)) {
      const text = /\p{L}-$/u.test(last.text) && /^\p{Ll}/u.test(line.text) ? last.text.slice(0, -1) : `${last.text} `;
      joined[joined.length - 1] = { ...last, text: text + line.text };
    } else joined.push(line);
    before = line;
  }
  return joined;
}
