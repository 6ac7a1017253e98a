import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { newId } from '../../src/shared/domain/ids.ts';
import { createDocumentClient } from '../api/documents/documents-support.ts';
import { useProcesses } from '../support/processes.ts';
import { type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const processes = useProcesses();
const skein = useSkein({ workers: 0 });
const documents = createDocumentClient(skein as never);
const SWEEPING = { SWEEP_MS: '50' };
const workers: TestWorker[] = [];
const start = async (env: Record<string, string> = {}) => {
  const worker = await skein.startWorker(env);
  workers.push(worker);
  return worker;
};
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop())));

/** Takes some seconds to be read. */
const LONG = Array.from({ length: 6000 }, (_, n) => `# Part ${n}\n\nA paragraph about thing${n}.`).join('\n\n');
const upload = async (name: string, text: string) => (await documents.upload(name, text)).body.document_id;
const versionsOf = (id: string): Promise<number[]> =>
  skein.models.documentChunks.distinct('version', { document_id: id });
/** What only time would do: the sweep looks at it now. */
const makeDue = (id: string) => skein.models.documents.updateOne({ _id: id }, { due_at: new Date(0) });

it('a worker that is killed leaves a document that another one finishes, without double passages', async () => {
  const id = await upload('long.md', LONG);
  const victim = await processes.startWorker({ ...skein.env, SWEEP_MS: '86400000', LOG_LEVEL: 'info' });
  await waitFor(async () => (await skein.models.documentChunks.countDocuments({ document_id: id })) > 200, {
    what: 'it is half stored',
    timeoutMs: 20_000,
  });
  await victim.kill();
  const half = await skein.models.documentChunks.countDocuments({ document_id: id });
  expect(await documents.get(id)).toMatchObject({ status: 'processing' });
  expect(await documents.find('thing7')).toEqual([]);
  await makeDue(id);
  await start(SWEEPING);
  const document = await documents.waitFor(id, 'ready');
  expect(half).toBeLessThan(document.chunks);
  await waitFor(async () => (await versionsOf(id)).join() === '2', { what: 'what the first one stored is gone' });
  expect(await skein.models.documentChunks.countDocuments({ document_id: id })).toBe(document.chunks);
  expect((await documents.find('thing7')).map(({ text }) => text.includes('thing7.'))).toEqual([true]);
});

it('a worker that stops gives it back at once, and reading goes on elsewhere', async () => {
  const first = await start();
  const id = await upload('long.md', LONG);
  await waitFor(async () => (await documents.get(id)).status === 'processing', { what: 'it is read' });
  await first.stop();
  expect(await documents.get(id)).toMatchObject({ status: 'queued', progress: 0 });
  await start();
  expect((await documents.waitFor(id, 'ready')).chunks).toBeGreaterThan(1000);
  expect((await skein.models.documents.findById(id).lean())?.lost).toBe(0);
});

it('progress is seen while it is read', async () => {
  await start();
  const id = await upload('long.md', `${LONG}\n\n${LONG}`);
  const seen = await waitFor(
    async () => {
      const { status, progress } = await documents.get(id);
      return status === 'processing' && progress > 0 && progress < 1;
    },
    { what: 'progress is between', timeoutMs: 20_000 },
  );
  expect(seen).toBe(true);
  await skein.send('DELETE', `/documents/${id}`);
});

it('a document whose bell is lost is rung for again', async () => {
  const id = await upload('a.txt', 'A lost bell.');
  const redis = new Redis(skein.services.redisUrl);
  const removed = await redis.del(...(await redis.keys(`${skein.services.redisPrefix}:queue:documents:*`)));
  await redis.quit();
  expect(removed).toBeGreaterThan(0);
  await makeDue(id);
  await start(SWEEPING);
  await documents.waitFor(id, 'ready');
});

it('a document that ends three workers is given up', async () => {
  const id = await upload('a.txt', 'Deadly.');
  const lease = { status: 'processing', lease: newId(), version: 3, lost: 2, due_at: new Date(0) };
  await skein.models.documents.updateOne({ _id: id }, lease);
  await start(SWEEPING);
  expect((await documents.waitFor(id, 'failed')).error?.code).toBe('worker_lost');
});

it('a deletion that was interrupted is finished, also of a document that is being read', async () => {
  const read = await upload('read.txt', 'Read.');
  const reading = await upload('reading.md', LONG);
  const worker = await start();
  await documents.waitFor(read, 'ready');
  await waitFor(async () => (await skein.models.documentChunks.countDocuments({ document_id: reading })) > 200, {
    what: 'it is half stored',
    timeoutMs: 20_000,
  });
  expect((await skein.send('DELETE', `/documents/${reading}`)).status).toBe(204);
  expect((await skein.send('GET', `/documents/${reading}`)).status).toBe(404);
  // As a crash leaves it, between the mark and the removal.
  await skein.models.documents.updateOne({ _id: read }, { deleted_at: new Date(), due_at: new Date() });
  await waitFor(async () => (await skein.models.documentChunks.countDocuments({ document_id: reading })) === 0, {
    what: 'the worker noticed and took back what it stored',
  });
  await worker.stop();
  await makeDue(reading);
  await start(SWEEPING);
  for (const id of [read, reading])
    await waitFor(
      async () =>
        (await skein.models.documents.countDocuments({ _id: id })) +
          (await skein.models.documentParts.countDocuments({ document_id: id })) +
          (await skein.models.documentChunks.countDocuments({ document_id: id })) ===
        0,
      { what: 'nothing is left' },
    );
});

it('an upload that nobody went on with is removed', async () => {
  const id = newId();
  const at = new Date(0);
  const upload = { _id: id, project_id: newId(), status: 'uploading', version: 0, created_at: at, due_at: at };
  await skein.models.documents.collection.insertOne(upload as object);
  await skein.models.documentParts.collection.insertOne({ _id: `${id}:0`, document_id: id, n: 0 } as object);
  await start(SWEEPING);
  await waitFor(
    async () =>
      (await skein.models.documents.countDocuments({ _id: id })) +
        (await skein.models.documentParts.countDocuments({ document_id: id })) ===
      0,
    { what: 'nothing is left' },
  );
});
