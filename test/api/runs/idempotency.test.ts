import { describe, expect, it } from 'vitest';
import type { FinishedRun, Run } from '../../../src/shared/domain/run.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();

const post = <T = Run & { code: string }>(body: object, key: string, path = '/runs') =>
  skein.send<T>('POST', path, body, { 'idempotency-key': key });

describe('an Idempotency-Key', () => {
  it('gives the same run for the same body, and says so', async () => {
    const thread = await skein.createThread();
    const body = { thread_id: thread.thread_id, input: asks({ chunks: ['once'] }) };
    const first = await post(body, 'key-1');
    await skein.waitForRun(first.body.run_id, 'completed');
    const second = await post(body, 'key-1');
    expect([second.status, second.body.run_id, second.body.status]).toEqual([202, first.body.run_id, 'completed']);
    expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(second.headers.get('content-location')).toBe(first.headers.get('content-location'));
    const waited = await post<FinishedRun>(body, 'key-1', '/runs/wait');
    expect(waited.body).toMatchObject({ run_id: first.body.run_id, messages: [{ content: 'once' }] });
    expect((await skein.send<Run[]>('GET', `/threads/${thread.thread_id}/runs`)).body).toHaveLength(1);
  });

  it('attaches the stream of the run again', async () => {
    const thread = await skein.createThread();
    const body = { thread_id: thread.thread_id, input: asks({ tokens: 30, delay_ms: 10 }) };
    const first = await skein.stream(body, { 'idempotency-key': 'key-2' });
    await first.until('text', () => first.all('text').length > 1);
    first.leave();
    const again = await skein.stream(body, { 'idempotency-key': 'key-2' });
    await again.finished();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.text().startsWith(first.text().slice(0, first.text().lastIndexOf('\n\n') + 2))).toBe(true);
    expect(again.all('done')).toMatchObject([{ status: 'completed' }]);
  });

  it('is refused with another body, and the first run stays as it is', async () => {
    const thread = await skein.createThread();
    const body = { thread_id: thread.thread_id, input: asks({ chunks: ['x'] }) };
    const first = await post(body, 'key-3');
    const other = await post({ ...body, metadata: { a: 1 } }, 'key-3');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    await skein.waitForRun(first.body.run_id, 'completed');
    for (const bad of ['', ' ', 'a b', 'x'.repeat(256)]) {
      const answer = await post(body, bad);
      expect([answer.status, answer.body.code], JSON.stringify(bad)).toEqual([400, 'invalid_idempotency_key']);
    }
  });

  it('makes one run of 20 requests at once', async () => {
    const thread = await skein.createThread();
    const text = asks({ chunks: ['one'] });
    const body = { thread_id: thread.thread_id, input: text };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, 'key-4')));
    expect(new Set(answers.map(({ body: run }) => run.run_id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    await skein.waitForRun(answers[0]?.body.run_id ?? '', 'completed');
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
    expect(await skein.models.runs.countDocuments({ thread_id: thread.thread_id })).toBe(1);
  });
});
