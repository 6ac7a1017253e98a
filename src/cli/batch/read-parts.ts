import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A request arrives in 30 s also on a slow line. */
const PART_ITEMS = 2000;
const PART_BYTES = 4 * 1_048_576;

/** Lines of a file that go in one request. */
export interface Part {
  /** Index of its first item. */
  readonly offset: number;
  readonly text: string;
  /** For each line, its number in the file. */
  readonly fileLines: readonly number[];
  readonly last: boolean;
}

/** A file of NDJSON in parts; empty lines are left out, so an empty file is one empty part. @throws what reading the file throws */
export async function* readParts(file: string): AsyncGenerator<Part> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let offset = 0;
  let number = 0;
  let texts: string[] = [];
  let fileLines: number[] = [];
  let bytes = 0;
  const take = (last: boolean): Part => {
    const part = { offset, text: texts.map((text) => `${text}\n`).join(''), fileLines, last };
    offset += texts.length;
    texts = [];
    fileLines = [];
    bytes = 0;
    return part;
  };
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    // A full part is given away when another line is there, so that the last one is known as such.
    if (texts.length >= PART_ITEMS || bytes >= PART_BYTES) yield take(false);
    texts.push(text);
    fileLines.push(number);
    bytes += Buffer.byteLength(text);
  }
  yield take(true);
}
