import { getDocumentProxy } from 'unpdf';
import { DocumentProblem } from './document-problem.ts';
import type { Extracted } from './extracted.ts';
import { joinLines, type Line, type PdfItem, toLines } from './pdf-lines.ts';
import { createTextBuilder } from './text-builder.ts';

const MAX_PAGES = 5000;

/**
 * The text layer of a PDF, page by page; scripts, fonts and pictures are not touched. Lines set larger than the text are taken for headings.
 * @throws DocumentProblem encrypted, broken, too_many_pages
 */
export async function fromPdf(bytes: Uint8Array, onProgress: (done: number) => void): Promise<Extracted> {
  const pdf = await open(bytes);
  if (pdf.numPages > MAX_PAGES)
    throw new DocumentProblem('too_many_pages', `It has ${pdf.numPages} pages; ${MAX_PAGES} are read at most.`);
  const pages: Line[][] = [];
  try {
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(toLines(items as unknown as readonly PdfItem[]));
      page.cleanup();
      onProgress(number / pdf.numPages);
    }
  } catch {
    throw new DocumentProblem('broken', `Page ${pages.length + 1} of the PDF cannot be read.`);
  }
  const usual = usualSize(pages.flat());
  const builder = createTextBuilder();
  for (const [index, lines] of pages.entries())
    for (const { text, size } of joinLines(lines, usual)) {
      const page = index + 1;
      if (size >= usual * HEADING && text.length <= MAX_HEADING) {
        const level = size >= usual * 1.7 ? 1 : size >= usual * 1.35 ? 2 : 3;
        builder.add('heading', text, { level, page });
      } else builder.add('paragraph', text, { page });
    }
  return builder.build();
}

const HEADING = 1.15;
const MAX_HEADING = 200;

async function open(bytes: Uint8Array) {
  try {
    // No evaluation of what fonts and functions in the file say, and no messages about its errors.
    return await getDocumentProxy(bytes, { isEvalSupported: false, verbosity: 0, stopAtErrors: false });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException')
      throw new DocumentProblem('encrypted', 'The PDF is protected by a password.');
    throw new DocumentProblem('broken', 'The file is not a PDF that can be read.');
  }
}

/** The size that most of the characters have. */
function usualSize(lines: readonly Line[]): number {
  const weights = new Map<number, number>();
  for (const { size, text } of lines) weights.set(size, (weights.get(size) ?? 0) + text.length);
  return [...weights].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
