import type { MediaType } from '../../../shared/domain/document.ts';
import { DocumentProblem } from './document-problem.ts';
import type { Extracted } from './extracted.ts';
import { fromText } from './from-text.ts';

/**
 * The text of a document and its structure. For a thread of its own: it takes as long and as much memory as the file makes it.
 * @param onProgress from 0 to 1
 * @throws DocumentProblem
 */
export async function extract(
  bytes: Uint8Array,
  mediaType: MediaType,
  onProgress: (done: number) => void,
): Promise<Extracted> {
  const extracted = await read(bytes, mediaType, onProgress);
  if (extracted.text.trim() === '' || extracted.blocks.length === 0)
    throw new DocumentProblem('no_text', 'There is no text in it; a scan has to be recognised before.');
  return extracted;
}

/** Loads only the parser that it needs: the thread is new for each document. */
async function read(bytes: Uint8Array, type: MediaType, onProgress: (done: number) => void): Promise<Extracted> {
  switch (type) {
    case 'text/plain':
      return fromText(decode(bytes));
    case 'text/markdown':
      return (await import('./from-markdown.ts')).fromMarkdown(decode(bytes));
    case 'text/html':
      return (await import('./from-html.ts')).fromHtml(decode(bytes));
    case 'application/pdf':
      return (await import('./from-pdf.ts')).fromPdf(bytes, onProgress);
    case 'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
      return (await import('./from-docx.ts')).fromDocx(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

/** One kind of line end, so that positions do not depend on where the file was written. The byte order mark is not text. */
const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new DocumentProblem('broken', 'The text is not UTF-8.');
  }
};
