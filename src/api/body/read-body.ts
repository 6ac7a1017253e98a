import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '../../shared/errors/app-error.ts';

/** After a refusal the rest of the body is read and thrown away for this long, so that the client gets to see the answer; then the socket closes. */
const LINGER_MS = 1000;

/**
 * The bytes of a request, decompressed. The limit holds for what comes out of the decompressor, so a bomb costs `limitBytes` and no more.
 * @throws AppError payload_too_large, unsupported_media_type (unknown compression), malformed_body (broken compression), bad_request (cut off)
 */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const source = decompressed(req);
  try {
    if (Number(req.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
    return await collect(req, source, limitBytes);
  } catch (error) {
    if (source !== req) {
      req.unpipe();
      source.destroy();
    }
    discardRest(req);
    throw error;
  }
}

/** The body as it was before it was compressed. @throws AppError unsupported_media_type */
export function decompressed(req: IncomingMessage): Readable {
  const encoding = (req.headers['content-encoding'] ?? 'identity').toLowerCase();
  switch (encoding) {
    case 'identity':
      return req;
    case 'gzip':
    case 'x-gzip':
      return req.pipe(createGunzip());
    case 'deflate':
      return req.pipe(createInflate());
    case 'br':
      return req.pipe(createBrotliDecompress());
    default:
      throw new AppError('unsupported_media_type', { detail: 'Content-Encoding may be gzip, deflate or br.' });
  }
}

function collect(req: IncomingMessage, source: Readable, limitBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > limitBytes) reject(tooLarge(limitBytes));
    else chunks.push(chunk);
  };
  const onEnd = () => resolve(Buffer.concat(chunks, size));
  const onCutOff = () => {
    if (!req.complete) reject(new AppError('bad_request', { detail: 'The body ended too early.' }));
  };
  const onError = (cause: Error) =>
    reject(new AppError('malformed_body', { detail: 'The body cannot be decompressed.', cause }));
  source.on('data', onData).once('end', onEnd);
  if (source !== req) source.on('error', onError);
  req.on('error', onCutOff).once('close', onCutOff);
  return promise.finally(() => {
    source.off('data', onData).off('end', onEnd);
    req.off('close', onCutOff);
  });
}

/** For a refusal before the end of the body. The error listeners stay: whatever is still on its way must not become an unhandled error. */
export function discardRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  req.resume();
  const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
  req.once('close', () => clearTimeout(timer));
}

export const tooLarge = (limitBytes: number): AppError =>
  new AppError('payload_too_large', { detail: `A body may have ${limitBytes} bytes.` });
