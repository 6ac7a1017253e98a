import { afterEach, expect, it } from 'vitest';
import { hashedEmbedding } from '../../support/fake-model/hashed-embedding.ts';
import { type TestWorker, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createDocumentClient } from './documents-support.ts';

const MODEL = { OPENAI_EMBEDDING_MODEL: 'hashed-1' };
const skein = useSkein({ workers: 0, env: MODEL });
const documents = createDocumentClient(skein as never);
const workers: TestWorker[] = [];
const start = async (env: Record<string, string> = {}) => workers.push(await skein.startWorker(env));
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop())));

const modelsOf = (documentId: string) =>
  skein.models.documentChunks.distinct('embedding_model', { document_id: documentId });
const embedded = (documentId: string, model: string) =>
  waitFor(
    async () =>
      (await skein.models.documents.findById(documentId).lean())?.embedded_with === model &&
      (await modelsOf(documentId)).join() === model,
    { what: `it has vectors of ${model}` },
  );

it('passages are found by likeness where no word is the same, and by words still', async () => {
  await start();
  const { document_id } = await documents.add(
    'a.md',
    '# Guide\n\nThe reconnection of sockets.\n\n# Other\n\nApples and pears.',
  );
  await embedded(document_id, 'hashed-1');
  // No term of it is in the index: a compound of pieces that only the vectors share.
  const [like] = await documents.find('reconnectable');
  expect(like?.text).toContain('reconnection');
  const [word] = await documents.find('pears');
  expect(word?.text).toContain('pears');
  const stored = await skein.models.documentChunks.findOne({ document_id }).lean();
  expect(stored?.embedding?.length()).toBe(hashedEmbedding('x').length * 4);
});

it('another model has everything embedded again, and words are found meanwhile', async () => {
  const [before] = await skein.models.documents.find({ status: 'ready' }).lean();
  if (!before) throw new Error('the first test made one');
  await start({ OPENAI_EMBEDDING_MODEL: 'hashed-2', SWEEP_MS: '50' });
  await embedded(before._id, 'hashed-2');
  expect((await documents.find('pears'))[0]?.text).toContain('pears');
  expect((await skein.models.documents.findById(before._id).lean())?.version).toBe(before.version);
});

it('an embedding server that is away costs no document and no answer', async () => {
  await start({ OPENAI_EMBEDDING_MODEL: 'broken' });
  const { document_id } = await documents.add('b.md', 'A capybara by the river.');
  const stored = await waitFor(
    async () => {
      const document = await skein.models.documents.findById(document_id).lean();
      return document?.due_at && document.due_at.getTime() > Date.now() + 30_000 ? document : null;
    },
    { what: 'it is tried again later' },
  );
  expect(stored).toMatchObject({ status: 'ready', embedded_with: null });
  expect((await documents.find('capybara'))[0]?.document_id).toBe(document_id);
});
