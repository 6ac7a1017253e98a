/**
 * Reads one document. A job may come twice and a worker may be killed anywhere: each attempt writes chunks of its own version, which no search sees before `finish`, and `finish` needs the lease. So of two attempts one
 * counts; chunks of the others are removed after it, by this worker or by a sweep.
 */
import type { DocumentServices } from '../../shared/documents/document-services.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { DocumentChunk, StoredDocument } from '../../shared/mongo/document-models.ts';
import type { DocumentWork } from '../../shared/mongo/document-work.ts';
import type { DocumentJob } from '../../shared/queue/document-queue.ts';
import { DocumentProblem } from './extract/document-problem.ts';
import { type ReadLimits, readDocument } from './read-document.ts';
import type { ReadPassage } from './thread-messages.ts';
import type { TidyDocument } from './tidy-document.ts';

/** Progress is written, and the lease renewed, this often. */
const RENEW_MS = 1000;
/** How much of the way the text is: the rest is storing passages. */
const TEXT_PART = 0.5;

class LostLease extends Error {}

export interface DocumentHandlerDeps {
  readonly work: DocumentWork;
  readonly tidy: TidyDocument;
  readonly services: Pick<DocumentServices, 'parts' | 'chunks' | 'ring' | 'remove'>;
  readonly limits: ReadLimits;
  readonly logger: Logger;
  /** Aborted when the worker stops: what is under way goes to another one. */
  readonly stopped: AbortSignal;
}

export function createDocumentHandler(deps: DocumentHandlerDeps): (job: DocumentJob) => Promise<void> {
  const { work, tidy, services, limits, logger, stopped } = deps;
  const { parts, chunks } = services;

  async function read(document: StoredDocument): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopped, lost.signal]);
    let progress = 0;
    // Also while nothing is heard of the thread.
    const beat = setInterval(() => {
      work.renew(document, progress).then(
        (held) => held || lost.abort(new LostLease()),
        (err) => logger.warn({ err, document_id: document._id }, 'a lease could not be renewed'),
      );
    }, RENEW_MS);
    try {
      const bytes = await parts.load(document._id, document.bytes);
      if (!bytes) throw new DocumentProblem('broken', 'Its stored source is not complete.');
      const sum = { chunks: 0, characters: 0, terms: 0 };
      const { media_type: mediaType, name } = document;
      let stored = 0;
      await readDocument(
        { bytes, mediaType, name },
        {
          onProgress(done) {
            progress = done * TEXT_PART;
          },
          onRead({ chunks: count, characters }) {
            Object.assign(sum, { chunks: count, characters });
            progress = TEXT_PART;
          },
          async onPassages(passages) {
            signal.throwIfAborted();
            await chunks.store(passages.map((passage) => toChunk(document, passage)));
            stored += passages.length;
            sum.terms += passages.reduce((all, { length }) => all + length, 0);
            progress = TEXT_PART + (1 - TEXT_PART) * (stored / sum.chunks);
          },
        },
        signal,
        limits,
      );
      if (!(await work.finish(document, sum))) throw new LostLease();
      logger.info({ document_id: document._id, ...sum }, 'document read');
    } finally {
      clearInterval(beat);
    }
  }

  async function end(document: StoredDocument, error: unknown): Promise<void> {
    if (error instanceof DocumentProblem) {
      const { code, message } = error;
      logger.info({ document_id: document._id, code }, 'document cannot be read');
      if (await work.fail(document, { code, message })) return tidy(document._id);
    } else if (stopped.aborted) {
      const again = await work.handBack(document, false);
      if (again) await services.ring(again);
    } else if (!(error instanceof LostLease)) throw error;
    await chunks.removeVersion(document._id, document.version);
  }

  return async ({ document_id }) => {
    if (stopped.aborted) return;
    const document = await work.claim(document_id);
    // One that is read may lack vectors.
    if (!document) return tidy(document_id);
    try {
      await read(document);
    } catch (error) {
      return end(document, error);
    }
    await tidy(document._id);
  };
}

function toChunk({ _id, project_id, version }: StoredDocument, passage: ReadPassage): DocumentChunk {
  const { index, start, end, page, text, terms, freqs, length } = passage;
  const heading = [...passage.heading];
  const at = { _id: `${_id}:${version}:${index}`, document_id: _id, project_id, version };
  return { ...at, index, start, end, page, heading, text, terms, freqs, length };
}
