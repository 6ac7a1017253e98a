import type { IncomingMessage } from 'node:http';
import { AppError } from '../../shared/errors/app-error.ts';
import { checkJsonShape } from './check-json-shape.ts';
import { readBody } from './read-body.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON object or array of a request; `{}` when there is no body at all.
 * @throws AppError unsupported_media_type, payload_too_large, malformed_body (not UTF-8, broken compression), malformed_json, too_deep,
 * too_many_keys, validation_failed (characters that cannot be stored)
 */
export async function readJsonBody(req: IncomingMessage, limitBytes: number): Promise<unknown> {
  if (!hasBody(req)) return {};
  contentTypeOf(req, ['application/json']);
  const bytes = await readBody(req, limitBytes);
  if (bytes.length === 0) return {};
  const value = parse(decode(bytes));
  if (typeof value !== 'object' || value === null)
    throw new AppError('malformed_json', { detail: 'The body must be a JSON object.' });
  checkJsonShape(value);
  return value;
}

const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/**
 * Which of the types the body is declared as. RFC 8259: JSON is UTF-8; a charset that says otherwise would be read wrongly, so it is refused.
 * @throws AppError unsupported_media_type
 */
export function contentTypeOf<T extends string>(req: IncomingMessage, types: readonly T[]): T {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const known = charset === undefined || ['utf-8', '"utf-8"', 'utf8', '"utf8"'].includes(charset.slice(8));
  const found = types.find((one) => one === type.trim());
  if (found !== undefined && known) return found;
  throw new AppError('unsupported_media_type', { detail: `Send the body as Content-Type: ${types.join(' or ')}.` });
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AppError('malformed_body', { detail: 'The body is not UTF-8.', cause });
  }
}

/** The parser's message is left out: it repeats a piece of the body. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('malformed_json', { detail: 'The body is not well-formed JSON.' });
  }
}
