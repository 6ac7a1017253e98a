import { describe, expect, it } from 'vitest';
import type { ThreadState } from '../../../src/shared/domain/checkpoint.ts';
import { useSkein } from '../../support/skein.ts';

const skein = useSkein({ workers: 0 });
const user = (content: string) => ({ role: 'user', content });

describe('a history of what was added', () => {
  it('has for each checkpoint its own messages only, and the parents of the whole history', async () => {
    const { thread_id: id } = await skein.createThread();
    const update = async (body: object) =>
      (await skein.send<ThreadState>('POST', `/threads/${id}/state`, body)).body.checkpoint?.checkpoint_id;
    const first = await update({ values: [user('one'), user('two')] });
    const second = await update({ values: [user('three')] });
    const fork = await update({ values: [user('four')], checkpoint_id: first });

    const added = await skein.history(id, '?messages=added');
    expect(added.map(({ values }) => values.messages.map(({ content }) => content))).toEqual([
      ['four'],
      ['three'],
      ['one', 'two'],
    ]);
    expect(added.map(({ checkpoint }) => checkpoint?.checkpoint_id)).toEqual([fork, second, first]);
    const all = await skein.history(id);
    expect(added.map(({ parent_checkpoint }) => parent_checkpoint)).toEqual(
      all.map(({ parent_checkpoint }) => parent_checkpoint),
    );
    // The parent of a page's last entry is on the next page.
    const [newest] = await skein.history(id, '?messages=added&limit=1');
    expect(newest?.parent_checkpoint?.checkpoint_id).toBe(first);
  });
});
