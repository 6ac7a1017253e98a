/**
 * The thread that reads one document: extract, cut, find the terms. Whatever the file does to it stays here: `read-document.ts` bounds its memory and its time, and ends it. Passages are handed over in portions, each
 * when it is asked for, so that they do not pile up on the other side.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { MediaType } from '../../shared/domain/document.ts';
import { indexTerms } from '../../shared/search/index-terms.ts';
import { type Chunk, chunkText } from './chunk-text.ts';
import { DocumentProblem } from './extract/document-problem.ts';
import { extract } from './extract/extract.ts';
import type { Extracted } from './extract/extracted.ts';
import type { FromThread, ReadPassage, ThreadData } from './thread-messages.ts';

const PORTION = 100;
const MAX_PASSAGES = 100_000;

const port = parentPort;
if (!port) throw new Error('this file is the beginning of a worker thread');
const send = (message: FromThread): void => port.postMessage(message);

function* portions({ text }: Extracted, chunks: readonly Chunk[], name: string): Generator<ReadPassage[]> {
  for (let from = 0; from < chunks.length; from += PORTION)
    yield chunks.slice(from, from + PORTION).map((chunk) => {
      const piece = text.slice(chunk.start, chunk.end);
      return { ...chunk, text: piece, ...indexTerms(piece, chunk.heading, name) };
    });
}

async function read(bytes: Uint8Array, mediaType: MediaType, name: string): Promise<Generator<ReadPassage[]>> {
  const extracted = await extract(bytes, mediaType, (done) => send({ type: 'progress', done }));
  const chunks = chunkText(extracted);
  if (chunks.length > MAX_PASSAGES)
    throw new DocumentProblem('too_much_text', `It has ${chunks.length} passages; ${MAX_PASSAGES} is the most.`);
  send({ type: 'read', chunks: chunks.length, characters: extracted.text.length });
  return portions(extracted, chunks, name);
}

const { bytes, mediaType, name } = workerData as ThreadData;
try {
  const rest = await read(bytes, mediaType, name);
  port.on('message', () => {
    const { value, done } = rest.next();
    send({ type: 'passages', passages: done ? [] : value });
    if (done) port.close();
  });
} catch (error) {
  if (!(error instanceof DocumentProblem)) throw error;
  send({ type: 'problem', code: error.code, message: error.message });
}
