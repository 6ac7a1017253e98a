import type { IncomingMessage } from 'node:http';
import { AppError } from '../../shared/errors/app-error.ts';
import { decompressed, discardRest, tooLarge } from './read-body.ts';

/**
 * The bytes of a request as they come, decompressed, as fast as they are taken. Whoever stops early can still answer.
 * @throws AppError payload_too_large, unsupported_media_type (unknown compression), malformed_body (broken compression), bad_request (cut off)
 */
export async function* readChunks(req: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  const source = decompressed(req);
  const cutOff = () => new AppError('bad_request', { detail: 'The body ended too early.' });
  const onClose = () => {
    if (!req.complete) source.destroy(cutOff());
  };
  if (source !== req) req.once('close', onClose);
  let size = 0;
  let complete = false;
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      yield chunk;
    }
    complete = true;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (source === req || !req.complete) throw cutOff();
    throw new AppError('malformed_body', { detail: 'The body cannot be decompressed.', cause });
  } finally {
    req.off('close', onClose);
    if (!complete) {
      if (source !== req) {
        req.unpipe();
        source.on('error', () => undefined).destroy();
      }
      discardRest(req);
    }
  }
}
