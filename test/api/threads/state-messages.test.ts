import { describe, expect, it } from 'vitest';
import type { ThreadState } from '../../../src/shared/domain/checkpoint.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import { useSkein } from '../../support/skein.ts';

const skein = useSkein({ workers: 0 });

const update = async (threadId: string, body: object) =>
  (await skein.send<ThreadState>('POST', `/threads/${threadId}/state`, body)).body;
const user = (content: string) => ({ role: 'user', content });
const page = (threadId: string, query = '') => skein.send<Message[]>('GET', `/threads/${threadId}/messages${query}`);

/** A thread of `count` messages in checkpoints of one, two and three. */
async function longThread(count: number): Promise<string> {
  const { thread_id: id } = await skein.createThread();
  for (let n = 0, size = 1; n < count; n += size, size = (size % 3) + 1)
    await update(id, { values: Array.from({ length: Math.min(size, count - n) }, (_, i) => user(`m${n + i}`)) });
  return id;
}

/** All pages, walked back by the header, put together again. */
async function walk(threadId: string, limit: number): Promise<Message[]> {
  const all: Message[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const answer = await page(threadId, `?limit=${limit}${next}`);
    expect(answer.body.length).toBeLessThanOrEqual(limit);
    all.unshift(...answer.body);
    const before: string | null = answer.headers.get('x-pagination-next');
    expect(before === null || before === answer.body[0]?.id).toBe(true);
    next = before && `&before=${before}`;
  }
  return all;
}

describe('pages of messages', () => {
  it('are the newest first, oldest on top within a page, and have each message once', async () => {
    const id = await longThread(23);
    const all = await skein.messages(id);
    expect((await page(id)).body).toEqual(all.slice(-20));
    expect((await page(id, '?limit=5')).body).toEqual(all.slice(-5));
    for (const limit of [1, 2, 3, 7, 23, 100]) expect(await walk(id, limit)).toEqual(all);
  });

  it('are right over replaced and removed messages, forks and rewinds', async () => {
    const id = await longThread(15);
    const start = await skein.state(id);
    const [m2, m5, m9] = [2, 5, 9].map((n) => start.values.messages[n]?.id);
    await update(id, { values: [{ id: m2, ...user('m2!') }, user('x1')], remove: [m9] });
    const edited = await skein.state(id);
    await update(id, { values: [{ id: m5, ...user('m5!') }, user('x2')] });
    expect(await walk(id, 4)).toEqual(await skein.messages(id));

    await update(id, { checkpoint_id: edited.checkpoint?.checkpoint_id, values: [user('fork')] });
    const forked = await skein.messages(id);
    expect(forked.map(({ content }) => content)).toEqual([
      ...edited.values.messages.map(({ content }) => content),
      'fork',
    ]);
    for (const limit of [1, 3, 6]) expect(await walk(id, limit)).toEqual(forked);

    await update(id, { checkpoint_id: start.checkpoint?.checkpoint_id });
    for (const limit of [2, 5]) expect(await walk(id, limit)).toEqual(start.values.messages);
    await update(id, { remove: [m2], values: [{ id: m2, ...user('m2 again') }] });
    const moved = await skein.messages(id);
    expect(moved.at(-1)?.content).toBe('m2 again');
    for (const limit of [1, 4]) expect(await walk(id, limit)).toEqual(moved);
  });

  it('refuse a message of no thread or of another branch, but not one that was removed: a reader may be half way through', async () => {
    const id = await longThread(6);
    const start = await skein.state(id);
    const [first] = start.values.messages;
    const { values } = await update(id, { values: [user('branch')], remove: [first?.id] });
    const left = values.messages.at(-1)?.id;
    expect((await page(id, `?before=${first?.id}`)).body).toEqual([]);
    await update(id, { checkpoint_id: start.checkpoint?.checkpoint_id });
    expect((await page(id, `?before=${left}`)).status).toBe(422);
    expect((await page(id, `?before=${crypto.randomUUID()}`)).status).toBe(422);
    expect((await page(id, `?before=${first?.id}`)).body).toEqual([]);
  });
});
