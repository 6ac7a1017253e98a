import type { DocumentSearch, Passage } from '../domain/document.ts';
import type { Embedder } from '../llm/create-embedder.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { Candidate, DocumentChunks, FoundVector } from '../mongo/document-chunks.ts';
import type { DocumentRepository } from '../mongo/document-repository.ts';
import { bm25, type Corpus, inverseFrequency } from './bm25.ts';
import { fuseRanks } from './fuse-ranks.ts';
import { rankVectors } from './rank-vectors.ts';
import { tokenize } from './tokenize.ts';

/** Passages of a project that answer a question, best first. */
export type SearchDocuments = (projectId: string, search: DocumentSearch) => Promise<Passage[]>;

/** Terms of a question that are looked at. */
const MAX_TERMS = 32;
/** Passages that are ranked for one question, taken by its rarest terms first. Beyond it a term that is in thousands of passages says little. */
const MAX_CANDIDATES = 1500;
/** A term is counted up to here: what is more frequent is as little telling. */
const MAX_COUNT = 10_000;
/** Documents that a condition on metadata may choose. */
const MAX_CHOSEN = 1000;
/** How old the size of a project's collection may be: it only weighs lengths. */
const TOTALS_MS = 10_000;
const KEPT_TOTALS = 1000;
/** A project of so many passages is compared with the question as a whole (1,536 dimensions: 12 MB of vectors); of a larger one only what its words have found. */
const MAX_SCANNED = 2000;
/** Passages of each order that are put together. */
const MAX_RANKED = 100;
/** A question does not wait longer for its embedding. */
const EMBED_MS = 3000;

interface Counted {
  readonly term: string;
  readonly frequency: number;
}

export function createSearch(deps: {
  readonly documents: Pick<DocumentRepository, 'withMetadata' | 'live' | 'totals'>;
  readonly chunks: Pick<DocumentChunks, 'countWith' | 'candidates' | 'byIds' | 'vectors'>;
  /** null: only words are searched. */
  readonly embedder: Embedder | null;
  readonly logger: Pick<Logger, 'warn'>;
}): SearchDocuments {
  const { documents, chunks, embedder, logger } = deps;
  const totals = new Map<string, { corpus: Corpus; until: number }>();

  async function corpusOf(projectId: string): Promise<Corpus> {
    const known = totals.get(projectId);
    if (known && known.until > performance.now()) return known.corpus;
    const sum = await documents.totals(projectId);
    const corpus = { passages: sum.chunks, averageLength: sum.chunks > 0 ? sum.terms / sum.chunks : 0 };
    totals.delete(projectId);
    totals.set(projectId, { corpus, until: performance.now() + TOTALS_MS });
    const [oldest] = totals.keys();
    if (totals.size > KEPT_TOTALS && oldest !== undefined) totals.delete(oldest);
    return corpus;
  }

  /** Those terms that are there at all, rarest first. */
  async function countTerms(projectId: string, query: string): Promise<Counted[]> {
    const terms = [...new Set(tokenize(query))].slice(0, MAX_TERMS);
    const counted = await Promise.all(
      terms.map(async (term) => ({ term, frequency: await chunks.countWith(projectId, term, MAX_COUNT) })),
    );
    return counted.filter(({ frequency }) => frequency > 0).toSorted((a, b) => a.frequency - b.frequency);
  }

  async function collect(
    projectId: string,
    terms: readonly Counted[],
    documentIds: readonly string[] | undefined,
  ): Promise<Candidate[]> {
    const found = new Map<string, Candidate>();
    for (const { term } of terms) {
      const room = MAX_CANDIDATES - found.size;
      if (room <= 0) break;
      for (const candidate of await chunks.candidates({ projectId, documentIds }, term, room))
        found.set(candidate._id, candidate);
    }
    return [...found.values()];
  }

  /** Which documents are asked for; undefined: all. */
  async function chosen(projectId: string, { document_ids, metadata }: DocumentSearch): Promise<string[] | undefined> {
    if (!metadata || Object.keys(metadata).length === 0) return document_ids;
    const fitting = await documents.withMetadata(projectId, metadata, MAX_CHOSEN);
    return document_ids ? fitting.filter((id) => document_ids.includes(id)) : fitting;
  }

  /** Which of these documents are there, and what searches see of them. */
  async function liveAmong(projectId: string, found: readonly { document_id: string }[]) {
    const documentIds = [...new Set(found.map((one) => one.document_id))];
    return new Map((await documents.live(projectId, documentIds)).map((document) => [document._id, document]));
  }

  /** Passages by their meaning, as far as vectors are there. An embedding server that is away or slow costs only this. */
  async function likeIt(
    projectId: string,
    query: string,
    documentIds: readonly string[] | undefined,
    passages: number,
    byWords: readonly string[],
  ): Promise<FoundVector[]> {
    if (!embedder) return [];
    const scanned = passages <= MAX_SCANNED ? 'all' : byWords.slice(0, MAX_RANKED);
    try {
      const [[question], vectors] = await Promise.all([
        embedder.embed([query], AbortSignal.timeout(EMBED_MS)),
        chunks.vectors({ projectId, documentIds }, embedder.model, scanned, MAX_SCANNED),
      ]);
      if (!question) return [];
      const byId = new Map(vectors.map((vector) => [vector.id, vector]));
      return rankVectors(question, vectors, MAX_RANKED).flatMap((id) => byId.get(id) ?? []);
    } catch (err) {
      logger.warn({ err }, 'no embedding for a question; it is answered by its words');
      return [];
    }
  }

  return async (projectId, search) => {
    const documentIds = await chosen(projectId, search);
    if (documentIds?.length === 0) return [];
    const [corpus, terms] = await Promise.all([corpusOf(projectId), countTerms(projectId, search.query)]);
    const weights = new Map(terms.map(({ term, frequency }) => [term, inverseFrequency(frequency, corpus)]));
    const byWords = (await collect(projectId, terms, documentIds))
      .map(({ _id, document_id, version, ...counts }) => {
        return { id: _id, document_id, version, score: bm25(counts, weights, corpus) };
      })
      .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    const ids = byWords.map(({ id }) => id);
    const byMeaning = await likeIt(projectId, search.query, documentIds, corpus.passages, ids);
    const live = await liveAmong(projectId, [...byWords, ...byMeaning]);
    const isLive = (one: { document_id: string; version: number }) =>
      live.get(one.document_id)?.live_version === one.version;
    const words = byWords.filter(isLive);
    const meaning = byMeaning.filter(isLive);
    const ranked =
      meaning.length === 0
        ? words
        : fuseRanks([words.slice(0, MAX_RANKED).map(({ id }) => id), meaning.map(({ id }) => id)]);
    const best = ranked.slice(0, search.limit);
    const passages = new Map((await chunks.byIds(best.map(({ id }) => id))).map((chunk) => [chunk._id, chunk]));
    // One that was removed in between is left out.
    return best.flatMap(({ id, score }) => {
      const chunk = passages.get(id);
      if (!chunk) return [];
      const { document_id, heading, text, start, end, page, index } = chunk;
      const name = live.get(document_id)?.name ?? '';
      return [{ document_id, name, heading, text, score, position: { start, end, page }, chunk: index }];
    });
  };
}
