import { Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import { AppError } from '../../shared/errors/app-error.ts';
import { invalid } from '../validate.ts';
import type { UploadEntry } from './upload-entry.ts';

/** What stands beside `items`, complete when the last entry was read. */
export type JsonOptions = Record<string, unknown>;

/**
 * The items of a body `{"items": […], …}`, each as soon as it is there; the other members come to `options`. At most one item is held.
 * @throws AppError malformed_json, malformed_body (not UTF-8), validation_failed (`items` is missing, twice or no list), payload_too_large for an item of more than about `itemBytes`
 */
export async function* readJsonItems(
  chunks: AsyncIterable<Buffer>,
  itemBytes: number,
  options: JsonOptions,
): AsyncGenerator<UploadEntry> {
  const tokenizer = new Tokenizer();
  const parser = new TokenParser({ paths: ['$.*', '$.items.*'], keepStack: false });
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let ready: UploadEntry[] = [];
  let since = 0;
  watchMembers(tokenizer, parser);
  parser.onValue = ({ value, key, parent, stack }) => {
    const inItems = stack.length === 2;
    if (inItems) {
      // Taken out of the list, which would otherwise grow with every item.
      if (Array.isArray(parent)) parent.length = 0;
      ready.push({ line: null, bytes: since, value });
    } else if (key === 'items') {
      if (!Array.isArray(value)) throw invalid([notAList('must be a list')]);
    } else options[String(key)] = value;
  };
  for await (const chunk of chunks) {
    since += chunk.length;
    checkUtf8(utf8, chunk);
    write(tokenizer, chunk);
    if (ready.length > 0) since = 0;
    else if (since > itemBytes + chunk.length)
      throw new AppError('payload_too_large', { detail: `An item may have ${itemBytes} bytes.` });
    yield* ready;
    ready = [];
  }
  if (!parser.isEnded) throw malformed();
}

const notAList = (message: string) => ({ pointer: '/items', code: 'invalid_type', message });
const malformed = (): AppError => new AppError('malformed_json', { detail: 'The body is not well-formed JSON.' });

/** The tokenizer would read something else in its place. */
function checkUtf8(utf8: InstanceType<typeof TextDecoder>, chunk: Buffer): void {
  try {
    utf8.decode(chunk, { stream: true });
  } catch (cause) {
    throw new AppError('malformed_body', { detail: 'The body is not UTF-8.', cause });
  }
}

function write(tokenizer: Tokenizer, chunk: Buffer): void {
  try {
    tokenizer.write(chunk);
  } catch (error) {
    throw error instanceof AppError ? error : malformed();
  }
}

/** Members that come twice would make two things of one: which one counts would be ours to guess. */
function watchMembers(tokenizer: Tokenizer, parser: TokenParser): void {
  const seen = new Set<string>();
  let depth = 0;
  let last: unknown;
  tokenizer.onToken = (token) => {
    if (depth === 0 && token.token !== TokenType.LEFT_BRACE) throw malformed();
    if (token.token === TokenType.LEFT_BRACE || token.token === TokenType.LEFT_BRACKET) depth += 1;
    else if (token.token === TokenType.RIGHT_BRACE || token.token === TokenType.RIGHT_BRACKET) depth -= 1;
    else if (depth === 1 && token.token === TokenType.STRING) last = token.value;
    else if (depth === 1 && token.token === TokenType.COLON) {
      const name = String(last).slice(0, 64);
      if (seen.has(name))
        throw invalid([{ pointer: `/${name}`, code: 'repeated_field', message: 'may be given once' }]);
      seen.add(name);
    }
    parser.write(token);
  };
}
