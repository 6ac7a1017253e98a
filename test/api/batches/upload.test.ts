import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createBatchClient, toLines } from './batch-client.ts';

// No worker: nothing becomes of a batch but what its upload makes of it.
const skein = useSkein({
  workers: 0,
  env: { BATCH_ITEMS_MAX: '3000', BATCH_BYTES_MAX: '400000', BODY_LIMIT_BYTES: '2000' },
});
const batches = createBatchClient(skein);
const state = {} as { assistant: string; query: string };

beforeAll(async () => {
  state.assistant = (await skein.createAssistant()).assistant_id;
  state.query = `?assistant_id=${state.assistant}`;
});

const items = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ custom_id: `item-${from + n}`, input: `question ${from + n}` }));
const key = () => ({ 'idempotency-key': newId() });
/** Uploads with a key may be continued. */
const nothingIsLeft = async () => {
  const { batches: documents, batchItems } = skein.models;
  expect(await documents.countDocuments({ status: 'uploading', idempotency_key: null })).toBe(0);
  const known = await documents.distinct('_id');
  expect(await batchItems.countDocuments({ batch_id: { $nin: known } })).toBe(0);
};

describe('an upload', () => {
  it('of lines is accepted as one batch with all of its items, in order', async () => {
    const sent = items(1201);
    const { status, headers, body } = await batches.upload(
      toLines(sent).replaceAll('\n', '\r\n\r\n'),
      `${state.query}&name=Sums&metadata=%7B%22k%22%3A1%7D`,
    );
    expect([status, headers.get('location')]).toEqual([202, `/batches/${body.batch_id}`]);
    expect(body).toMatchObject({
      name: 'Sums',
      assistant_id: state.assistant,
      status: 'in_progress',
      metadata: { k: 1 },
    });
    expect(body.counts).toMatchObject({ total: 1201, waiting: 1201, queued: 0 });
    const stored = await skein.models.batchItems
      .find({ batch_id: body.batch_id })
      .sort({ _id: 1 })
      .batchSize(2000)
      .lean();
    expect(stored.map((item) => [item.index, item.custom_id])).toEqual(sent.map((item, n) => [n, item.custom_id]));
  });

  it('as JSON is the same, with the options before or behind the items, and compressed', async () => {
    const body = JSON.stringify({ items: items(700), assistant_id: state.assistant, name: 'Behind' });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await fetch(`${skein.url}/batches`, { method: 'POST', headers, body: gzipSync(body) });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ name: 'Behind', received: 700, status: 'in_progress' });
  });

  it('is found by get and list, newest first', async () => {
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push((await batches.upload(items(1), state.query)).body.batch_id);
    const { body, headers } = await skein.send<{ batch_id: string }[]>('GET', '/batches?limit=2');
    expect(body.map(({ batch_id }) => batch_id)).toEqual([made[2], made[1]]);
    const next = await skein.send<{ batch_id: string }[]>(
      'GET',
      `/batches?limit=1&cursor=${headers.get('x-pagination-next')}`,
    );
    expect(next.body.map(({ batch_id }) => batch_id)).toEqual([made[0]]);
  });

  it.each<[string, string, object]>([
    ['is not JSON', '{"custom_id":"x"', { line: 3, pointer: '', code: 'malformed_json' }],
    ['lacks its input', '{"custom_id":"x"}', { line: 3, pointer: '/input', code: 'required' }],
    [
      'has an unknown field',
      '{"custom_id":"x","input":"x","lane":"interactive"}',
      { line: 3, pointer: '/lane', code: 'unknown_field' },
    ],
    [
      'has the custom_id of another',
      '{"custom_id":"item-0","input":"x"}',
      { line: 3, pointer: '/custom_id', code: 'duplicate' },
    ],
    [
      'names an assistant that is not there',
      `{"custom_id":"x","input":"x","assistant_id":"${newId()}"}`,
      { line: 3, pointer: '/assistant_id', code: 'reference_not_found' },
    ],
    [
      'names a thread that is not there',
      `{"custom_id":"x","input":"x","thread_id":"${newId()}"}`,
      { line: 3, pointer: '/thread_id', code: 'reference_not_found' },
    ],
    [
      'holds what no store keeps',
      '{"custom_id":"x","input":"a\\u0000"}',
      { line: 3, pointer: '/input', code: 'invalid_character' },
    ],
    [
      'is nested too deeply',
      `{"custom_id":"x","input":${'['.repeat(40)}${']'.repeat(40)}}`,
      { line: 3, pointer: '', code: 'too_deep' },
    ],
    ['is not JSON of an object', '7', { line: 3, pointer: '', code: 'invalid_type' }],
  ])('with one line that %s is refused with that line, and nothing of it stays', async (_title, wrong, error) => {
    const [first, ...rest] = items(600);
    const lines = `${toLines([first])}\n${wrong}\n${toLines(rest)}`;
    const { status, body } = await batches.upload(lines, state.query);
    expect([status, body.code]).toEqual([422, 'validation_failed']);
    expect(body.errors).toContainEqual(expect.objectContaining(error));
    await nothingIsLeft();
  });

  it('tells twenty mistakes at once, in JSON by their place', async () => {
    const wrong = items(700).map((item, n) => (n % 2 === 0 ? item : { ...item, input: 5 }));
    const { status, body } = await skein.send<{ errors: { pointer: string }[] }>('POST', '/batches', {
      assistant_id: state.assistant,
      items: wrong.slice(0, 100),
    });
    expect([status, body.errors.length, body.errors[1]?.pointer]).toEqual([422, 20, '/items/3/input']);
    const lines = await batches.upload(wrong, state.query);
    expect(lines.body.errors?.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n + 2));
    await nothingIsLeft();
  });

  it.each<[string, string, () => string | readonly object[], number, string]>([
    ['no item', '', () => '', 422, 'validation_failed'],
    ['items without an assistant', '', () => items(2), 422, 'validation_failed'],
    ['an unknown assistant', `?assistant_id=${newId()}`, () => items(2), 422, 'reference_not_found'],
    ['too many items', 'q', () => items(3001), 413, 'payload_too_large'],
    [
      'too many bytes',
      'q',
      () => items(400).map((item) => ({ ...item, input: 'x'.repeat(1500) })),
      413,
      'payload_too_large',
    ],
    ['a line that is too long', 'q', () => [{ custom_id: 'x', input: 'x'.repeat(2500) }], 413, 'payload_too_large'],
    ['metadata that is none', '?metadata=x', () => items(2), 422, 'validation_failed'],
    ['a part without a key', '?complete=false', () => items(2), 400, 'invalid_idempotency_key'],
  ])('with %s is refused', async (_title, query, lines, status, code) => {
    const answer = await batches.upload(lines(), query === 'q' ? state.query : query);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    await nothingIsLeft();
  });

  it.each([
    ['items that are no list', { items: { a: 1 } }, '/items'],
    ['no items', { name: 'x' }, '/items'],
    ['an unknown member', { items: [{ custom_id: 'a', input: 'x' }], speed: 1 }, '/speed'],
  ])('as JSON with %s is refused', async (_title, body, pointer) => {
    const answer = await skein.send<{ errors: { pointer: string }[] }>('POST', '/batches', body);
    expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([422, pointer]);
    await nothingIsLeft();
  });

  it('as something else than JSON is refused', async () => {
    const answer = await batches.upload('a,b', state.query, { 'content-type': 'text/csv' });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('with an Idempotency-Key', () => {
  const stored = (batchKey: string, count: number) => () =>
    skein.models.batches.exists({ idempotency_key: batchKey, received: { $gte: count } });

  it('an upload that was cut off goes on where it was, also from an offset, and is accepted once', async () => {
    const headers = key();
    const text = toLines(items(1400));
    await batches.uploadCut(text, text.length - 10, state.query, headers, stored(headers['idempotency-key'], 1000));
    const cut = await skein.models.batches.findOne({ idempotency_key: headers['idempotency-key'] }).lean();
    const batchId = cut?._id ?? '';
    expect(await batches.get(batchId)).toMatchObject({
      status: 'uploading',
      received: 1000,
      counts: { waiting: 1000, total: 1000 },
    });
    const runIds = await skein.models.batchItems.distinct('run_id', { batch_id: batchId });

    const part = await batches.upload(items(150, 1000), `${state.query}&offset=1000&complete=false`, headers);
    expect(part.body).toMatchObject({ batch_id: batchId, status: 'uploading', received: 1150 });
    const whole = await batches.upload(text, state.query, headers);
    expect([whole.status, whole.body.batch_id, whole.body.status, whole.body.received]).toEqual([
      202,
      batchId,
      'in_progress',
      1400,
    ]);
    expect(await skein.models.batchItems.countDocuments({ batch_id: batchId })).toBe(1400);
    expect(await skein.models.batchItems.countDocuments({ batch_id: batchId, run_id: { $in: runIds } })).toBe(1000);

    const again = await batches.upload(text, state.query, headers);
    expect([again.status, again.body.batch_id, again.headers.get('idempotent-replayed')]).toEqual([
      202,
      batchId,
      'true',
    ]);
  });

  it.each<[string, (sent: ReturnType<typeof items>) => readonly object[], string]>([
    ['another item', (sent) => [...sent.slice(0, 4), { custom_id: 'other', input: 'x' }], ''],
    ['an item more', (sent) => [...sent, ...items(1, 5)], ''],
    ['an item less', (sent) => sent.slice(0, 4), ''],
    ['another name', (sent) => sent, '&name=other'],
  ])('%s is refused, and the batch stays as it is', async (_title, change, query) => {
    const headers = key();
    const sent = items(5);
    const { body } = await batches.upload(sent, state.query, headers);
    const other = await batches.upload(change(sent), state.query + query, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await batches.get(body.batch_id)).toMatchObject({ status: 'in_progress', received: 5 });
  });

  it('an upload that was refused can be mended and sent again', async () => {
    const headers = key();
    expect((await batches.upload([...items(2), { custom_id: 'x' }], state.query, headers)).status).toBe(422);
    expect((await batches.upload(items(2), state.query, headers)).status).toBe(202);
  });

  it('the same upload many times at once makes one batch', async () => {
    const headers = key();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => batches.upload(items(1100), state.query, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    const [batchId, ...others] = new Set(answers.map(({ body }) => body.batch_id));
    expect(others).toEqual([]);
    expect(await skein.models.batchItems.countDocuments({ batch_id: batchId ?? '' })).toBe(1100);
  });

  it('a request that was accepted is answered again, also when the assistant that it names is gone', async () => {
    const { assistant_id } = await skein.createAssistant();
    const headers = key();
    const send = () =>
      batches.upload(
        items(2).map((item) => ({ ...item, assistant_id })),
        '',
        headers,
      );
    const first = await send();
    expect((await skein.send('DELETE', `/assistants/${assistant_id}`)).status).toBe(204);
    const again = await send();
    expect([again.status, again.body.batch_id]).toEqual([202, first.body.batch_id]);
  });

  it('an offset beyond what is there is refused with what is', async () => {
    const headers = key();
    await batches.upload(items(3), `${state.query}&complete=false`, headers);
    const { status, body } = await batches.upload(items(1, 9), `${state.query}&offset=9`, headers);
    expect([status, body.code, body.received]).toEqual([409, 'state_conflict', 3]);
  });
});

describe('without an Idempotency-Key', () => {
  it('an upload that was cut off is gone', async () => {
    const text = toLines(items(1000));
    const before = await skein.models.batches.countDocuments();
    await batches.uploadCut(text, text.length - 10, state.query, {}, () =>
      skein.models.batches.exists({ status: 'uploading', received: { $gte: 500 } }),
    );
    await waitFor(async () => (await skein.models.batches.countDocuments()) === before, { what: 'it is gone' });
    await nothingIsLeft();
  });
});

describe('a batch that is uploading', () => {
  it('cannot be cancelled, and can be deleted', async () => {
    const { body } = await batches.upload(items(3), `${state.query}&complete=false`, key());
    const cancel = await skein.send<{ code: string }>('POST', `/batches/${body.batch_id}/cancel`);
    expect([cancel.status, cancel.body.code]).toEqual([409, 'state_conflict']);
    expect((await skein.send('DELETE', `/batches/${body.batch_id}`)).status).toBe(204);
    expect((await skein.send('GET', `/batches/${body.batch_id}`)).status).toBe(404);
  });

  it('is removed by a worker when it was deleted, or when nobody went on with it', async () => {
    const left = await batches.upload(items(3), `${state.query}&complete=false`, key());
    await skein.models.batches.updateOne({ _id: left.body.batch_id }, { due_at: new Date(0) });
    // What other tests left.
    await skein.models.batches.updateMany(
      { _id: { $ne: left.body.batch_id } },
      { deleted_at: new Date(), due_at: new Date() },
    );
    const worker = await skein.startWorker();
    await waitFor(async () => (await skein.models.batchItems.countDocuments()) === 0, {
      what: 'all items are gone',
      timeoutMs: 15_000,
    });
    await waitFor(async () => !(await skein.models.batches.exists({ _id: left.body.batch_id })), {
      what: 'it is gone',
    });
    await worker.stop();
    expect(await skein.models.runs.countDocuments()).toBe(0);
  });
});
