import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MediaType } from '../../shared/domain/document.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { discardRest, tooLarge } from '../body/read-body.ts';
import { readChunks } from '../body/read-chunks.ts';
import { invalid } from '../validate.ts';
import { type Claim, recognise } from './recognise.ts';

/** A body that is being received; the last two are known when `source` has come to its end. */
export interface IncomingDocument {
  readonly mediaType: MediaType;
  /** The bytes, once. @throws AppError payload_too_large, malformed_body (text that is not UTF-8), bad_request (cut off) */
  readonly source: AsyncIterable<Buffer>;
  bytes(): number;
  /** SHA-256. */
  digest(): string;
}

/** Enough for every signature that is looked for. */
const HEAD_BYTES = 65_536;

/**
 * Reads the beginning of an upload and says what it is; the rest comes as it is taken.
 * @throws AppError unsupported_media_type, validation_failed (empty), and what `source` throws
 */
export async function receiveDocument(
  req: IncomingMessage,
  name: string,
  limitBytes: number,
): Promise<IncomingDocument> {
  const contentType = textType(req);
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) {
    discardRest(req);
    throw tooLarge(limitBytes);
  }
  const chunks = readChunks(req, limitBytes);
  const head = await readHead(chunks);
  let mediaType: MediaType;
  try {
    if (head.length === 0) throw invalid([{ pointer: '', code: 'too_small', message: 'the document is empty' }]);
    mediaType = await recognise(head, { contentType, name });
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
  const hash = createHash('sha256');
  const utf8 = mediaType.startsWith('text/') ? new TextDecoder('utf-8', { fatal: true }) : null;
  let bytes = 0;
  const check = (chunk: Buffer): Buffer => {
    checkText(utf8, chunk, true);
    hash.update(chunk);
    bytes += chunk.length;
    return chunk;
  };
  async function* source(): AsyncGenerator<Buffer> {
    yield check(head);
    for await (const chunk of chunks) yield check(chunk);
    checkText(utf8, Buffer.alloc(0), false);
  }
  return { mediaType, source: source(), bytes: () => bytes, digest: () => hash.copy().digest('base64url') };
}

/** The declared type. A text in another charset would be read wrongly, so it is refused. */
function textType(req: IncomingMessage): Claim['contentType'] {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (charset && !/^charset="?(utf-?8|us-ascii)"?$/.test(charset))
    throw new AppError('unsupported_media_type', { detail: 'Send text as UTF-8.' });
  return type.trim();
}

async function readHead(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  return Buffer.concat(parts, size);
}

function checkText(utf8: InstanceType<typeof TextDecoder> | null, chunk: Buffer, stream: boolean): void {
  if (!utf8) return;
  try {
    utf8.decode(chunk, { stream });
  } catch (cause) {
    throw new AppError('malformed_body', { detail: 'The text is not UTF-8.', cause });
  }
  if (chunk.includes(0)) throw new AppError('malformed_body', { detail: 'Text has no NUL characters.' });
}
