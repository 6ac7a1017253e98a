import { AppError } from '../../shared/errors/app-error.ts';
import type { UploadEntry } from './upload-entry.ts';

const NEWLINE = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The lines of an NDJSON body; empty ones are left out, and counted. At most one line is held.
 * @throws AppError payload_too_large for a line of more than `lineBytes`
 */
export async function* readNdjson(chunks: AsyncIterable<Buffer>, lineBytes: number): AsyncGenerator<UploadEntry> {
  let line = 0;
  let parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer): void => {
    size += part.length;
    if (size > lineBytes)
      throw new AppError('payload_too_large', { detail: `Line ${line + 1} has more than ${lineBytes} bytes.` });
    if (part.length > 0) parts.push(part);
  };
  const take = (): UploadEntry | null => {
    line += 1;
    const bytes = size;
    const whole = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    return parseLine(whole, line, bytes);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      const entry = take();
      if (entry) yield entry;
    }
    add(chunk.subarray(from));
  }
  const last = size > 0 ? take() : null;
  if (last) yield last;
}

function parseLine(bytes: Buffer, line: number, size: number): UploadEntry | null {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { line, bytes: size, problem: { code: 'malformed_body', message: 'is not UTF-8' } };
  }
  if (text.trim() === '') return null;
  try {
    return { line, bytes: size, value: JSON.parse(text) };
  } catch {
    return { line, bytes: size, problem: { code: 'malformed_json', message: 'is not JSON' } };
  }
}
