/** `node bench/search/main.ts`: how well the right passage is found, by each way of searching, over Skein's own docs. No database: the search itself, on passages in memory. */
import { fileURLToPath } from 'node:url';
import { createEmbedder, type Embedder } from '../../src/shared/llm/create-embedder.ts';
import { createSearch } from '../../src/shared/search/create-search.ts';
import { toBytes } from '../../src/shared/search/rank-vectors.ts';
import { hashedEmbedding } from '../../test/support/fake-model/hashed-embedding.ts';
import { type BenchPassage, readCollection } from './collection.ts';
import { QUESTIONS, type Question } from './questions.ts';

const DEPTH = 10;
const RECALL_AT = 5;

type Search = (ask: string) => Promise<readonly Pick<BenchPassage, 'document_id' | 'heading'>[]>;

/** @param embedder null: only words */
async function skeinSearch(passages: readonly BenchPassage[], embedder: Embedder | null): Promise<Search> {
  const signal = AbortSignal.timeout(60_000);
  const texts = passages.map(({ document_id, heading, text }) => `${[document_id, ...heading].join(' › ')}\n\n${text}`);
  const vectors = (await embedder?.embed(texts, signal)) ?? [];
  const names = new Set(passages.map((passage) => passage.document_id));
  const search = createSearch({
    documents: {
      withMetadata: async () => [],
      live: async () => [...names].map((name) => ({ _id: name, name, live_version: 1 })),
      totals: async () => ({ chunks: passages.length, terms: passages.reduce((sum, { length }) => sum + length, 0) }),
    },
    chunks: {
      countWith: async (_project, term) => passages.filter(({ terms }) => terms.includes(term)).length,
      candidates: async (_scope, term, limit) => passages.filter(({ terms }) => terms.includes(term)).slice(0, limit),
      byIds: async (ids) =>
        passages.filter(({ _id }) => ids.includes(_id)).map((passage) => ({ ...passage, project_id: 'p' })),
      vectors: async () =>
        passages.flatMap(({ _id: id, document_id, version }, index) => {
          const vector = vectors[index];
          return vector ? [{ id, document_id, version, bytes: toBytes(vector) }] : [];
        }),
    },
    embedder,
    logger: { warn: (err: unknown) => process.stderr.write(`${JSON.stringify(err)}\n`) },
  });
  return (ask) => search('p', { query: ask, limit: DEPTH });
}

/** What a plain `includes` finds: passages by how many of the words of the question stand in them. */
function substringSearch(passages: readonly BenchPassage[]): Search {
  return async (ask) => {
    const words = ask
      .toLowerCase()
      .split(/[^\p{L}\p{N}_-]+/u)
      .filter((word) => word.length > 2);
    return passages
      .map((passage) => ({ passage, hits: words.filter((word) => passage.text.toLowerCase().includes(word)).length }))
      .filter(({ hits }) => hits > 0)
      .toSorted((a, b) => b.hits - a.hits)
      .slice(0, DEPTH)
      .map(({ passage }) => passage);
  };
}

const isAnswer = ({ answers }: Question, found: Pick<BenchPassage, 'document_id' | 'heading'>): boolean =>
  answers.some(([document, heading]) => found.document_id === document && found.heading.includes(heading));

async function measure(search: Search) {
  let found = 0;
  let reciprocal = 0;
  const missed: string[] = [];
  for (const question of QUESTIONS) {
    const rank = (await search(question.ask)).findIndex((passage) => isAnswer(question, passage)) + 1;
    if (rank > 0) reciprocal += 1 / rank;
    if (rank > 0 && rank <= RECALL_AT) found += 1;
    else missed.push(`${question.ask} (${rank === 0 ? 'not found' : `at ${rank}`})`);
  }
  return { recall: found / QUESTIONS.length, mrr: reciprocal / QUESTIONS.length, missed };
}

const passages = await readCollection(fileURLToPath(new URL('../..', import.meta.url)));
for (const { answers } of QUESTIONS)
  for (const [document, heading] of answers)
    if (!passages.some((passage) => passage.document_id === document && passage.heading.includes(heading)))
      throw new Error(`the docs have no “${heading}” in ${document} any more: mend bench/search/questions.ts`);

/** OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_EMBEDDING_MODEL name a real one. */
const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey = '', OPENAI_EMBEDDING_MODEL: model } = process.env;
const embedding = baseUrl && model ? createEmbedder({ baseUrl, apiKey, model }) : null;
const hashed: Embedder = {
  model: 'hashed',
  async embed(texts) {
    return texts.map((text) => {
      const vector = hashedEmbedding(text);
      const length = Math.hypot(...vector);
      return Float32Array.from(vector, (value) => value / length);
    });
  },
};

const ways: Readonly<Record<string, Search>> = {
  'plain substrings': substringSearch(passages),
  BM25: await skeinSearch(passages, null),
  [embedding ? `hybrid with ${embedding.model}` : 'hybrid with a hashed embedding (no language model)']:
    await skeinSearch(passages, embedding ?? hashed),
};
const lines = [
  `| ${QUESTIONS.length} questions, ${passages.length} passages | recall@${RECALL_AT} | MRR@${DEPTH} |`,
  '|---|---:|---:|',
];
const details: string[] = [];
for (const [name, search] of Object.entries(ways)) {
  const { recall, mrr, missed } = await measure(search);
  lines.push(`| ${name} | ${recall.toFixed(2)} | ${mrr.toFixed(2)} |`);
  details.push(`${name} does not find in the first ${RECALL_AT}:`, ...missed.map((one) => `- ${one}`));
}
process.stdout.write(`${lines.join('\n')}\n`);
if (process.argv.includes('--missed')) process.stdout.write(`\n${details.join('\n')}\n`);
