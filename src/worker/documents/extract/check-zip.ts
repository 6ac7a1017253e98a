import { finished, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { fromBufferPromise } from 'yauzl';
import { DocumentProblem } from './document-problem.ts';

/** Many times what any document of people's making has. */
const MAX_UNZIPPED = 200 * 1_048_576;
const MAX_ENTRIES = 10_000;

const done = promisify(finished);

/**
 * Unzips everything once and throws it away, before a parser that keeps all of it in memory may have it. What an archive says of its sizes is a claim; yauzl holds each entry to it.
 * @throws DocumentProblem broken, expands_too_much
 */
export async function checkZip(bytes: Buffer): Promise<void> {
  try {
    const zip = await fromBufferPromise(bytes);
    let size = 0;
    if (zip.entryCount > MAX_ENTRIES) throw tooMuch();
    for await (const entry of zip.eachEntry()) {
      size += entry.uncompressedSize;
      if (size > MAX_UNZIPPED) throw tooMuch();
      const stream = Readable.from(await zip.openReadStreamPromise(entry));
      stream.resume();
      await done(stream);
    }
  } catch (error) {
    if (error instanceof DocumentProblem) throw error;
    throw new DocumentProblem('broken', 'The file is not a complete ZIP archive, as a Word document is.');
  }
}

const tooMuch = (): DocumentProblem =>
  new DocumentProblem('expands_too_much', `Unzipped it has more than ${MAX_UNZIPPED / 1_048_576} MiB.`);
