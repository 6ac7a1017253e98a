import { fileTypeFromBuffer } from 'file-type';
import { DOCX, type MediaType } from '../../shared/domain/document.ts';
import { AppError } from '../../shared/errors/app-error.ts';

/** What an upload calls itself: believed where bytes cannot tell, which is between kinds of text. */
export interface Claim {
  /** Lower case, without parameters; empty when there is none. */
  readonly contentType: string;
  readonly name: string;
}

/** Content types that say nothing. */
const UNTOLD: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream']);
const TEXTS: ReadonlyMap<string, MediaType> = new Map([
  ['text/plain', 'text/plain'],
  ['text/markdown', 'text/markdown'],
  ['text/x-markdown', 'text/markdown'],
  ['text/html', 'text/html'],
  ['application/xhtml+xml', 'text/html'],
]);
const ENDINGS: readonly (readonly [RegExp, MediaType])[] = [
  [/\.(md|markdown|mdown)$/i, 'text/markdown'],
  [/\.(html?|xhtml)$/i, 'text/html'],
];

/** Content types that an upload may have. */
export const CLAIMS: readonly string[] = [...TEXTS.keys(), 'application/pdf', DOCX, 'application/octet-stream'];

/**
 * What a document is, by its first bytes. The name and the declared type never make something of bytes that are something else.
 * @param head 4 KiB or more, or all there is
 * @throws AppError unsupported_media_type
 */
export async function recognise(head: Uint8Array, claim: Claim): Promise<MediaType> {
  const { contentType, name } = claim;
  const found = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? null;
  if (found === 'application/pdf') return found;
  // Where the archive lists its parts at the end, the beginning does not tell; that it is a Word document then shows when it is read.
  if (found === DOCX || (found === 'application/zip' && (contentType === DOCX || /\.docx$/i.test(name)))) return DOCX;
  if (found !== null && found !== 'application/xml') throw refused(`The bytes are ${found}.`);
  if (contentType === 'application/pdf' || contentType === DOCX) throw refused(`The bytes are not ${contentType}.`);
  if (head.includes(0)) throw refused('The bytes are of no type that is known here.');
  return textKind(head, claim);
}

function textKind(head: Uint8Array, { contentType, name }: Claim): MediaType {
  const declared = TEXTS.get(contentType);
  if (declared) return declared;
  if (!UNTOLD.has(contentType)) throw refused(`${contentType} is not read.`);
  const ending = ENDINGS.find(([pattern]) => pattern.test(name));
  if (ending) return ending[1];
  return /^\s*<(?:!doctype html|html)\b/i.test(new TextDecoder().decode(head.subarray(0, 512)))
    ? 'text/html'
    : 'text/plain';
}

const refused = (detail: string): AppError =>
  new AppError('unsupported_media_type', {
    detail: `${detail} Documents are plain text, Markdown, HTML, PDF or Word (DOCX).`,
  });
