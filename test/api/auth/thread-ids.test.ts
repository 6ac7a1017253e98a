import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import type { FinishedRun, Run } from '../../../src/shared/domain/run.ts';
import type { Thread } from '../../../src/shared/domain/thread.ts';
import { asks } from '../../support/skein.ts';
import { useAuthSkein, withKey } from './auth-support.ts';

const skein = useAuthSkein();

/** A project with a thread of this id, and what its key does. */
async function projectWith(threadId: string, projectId?: string) {
  const project_id = projectId ?? (await skein.createProject()).project_id;
  const { key } = await skein.createKey(project_id);
  const send = async <T>(method: string, path: string, body?: unknown) =>
    (await skein.send<T>(method, path, body, withKey(key))).body;
  const { assistant_id } = await send<{ assistant_id: string }>('POST', '/assistants', { name: 'A' });
  const thread = await send<Thread>('POST', '/threads', { name: 'T', assistant_id, thread_id: threadId });
  expect(thread).toMatchObject({ thread_id: threadId, project_id });
  return {
    start: (text: string) => send<Run>('POST', '/runs', { thread_id: threadId, input: text }),
    run: (text: string) => send<FinishedRun>('POST', '/runs/wait', { thread_id: threadId, input: text }),
    thread: () => send<Thread>('GET', `/threads/${threadId}`),
    list: () => send<Thread[]>('GET', '/threads?limit=1'),
    said: async () =>
      (await send<Message[]>('GET', `/threads/${threadId}/messages`)).map(({ content }) => content as string),
    remove: () => send('DELETE', `/threads/${threadId}`),
  };
}

describe('threads of the same id in two projects', () => {
  it('run at the same time, each with its own order and history, and one is deleted without the other', async () => {
    const id = newId();
    const [a, b] = [await projectWith(id), await projectWith(id)];
    const slow = await a.start(asks({ chunks: ['slow'], fault: { kind: 'stall', after: 1 } }));
    const ended = await b.run(asks({ chunks: ['from b'] }));
    expect([ended.status, ended.seq, slow.seq]).toEqual(['completed', 1, 1]);
    expect([(await a.thread()).status, (await b.thread()).status]).toEqual(['busy', 'idle']);
    expect((await b.list()).map(({ thread_id }) => thread_id)).toEqual([id]);
    expect((await b.run(asks({ chunks: ['again'] }))).seq).toBe(2);
    expect((await b.said()).filter((text) => !text.includes('[['))).toEqual(
      expect.arrayContaining(['from b', 'again']),
    );

    await a.remove();
    expect(await skein.models.checkpoints.countDocuments({ thread_id: id })).toBe(4);
    expect((await b.said()).length).toBe(4);
    expect(await a.thread()).toMatchObject({ code: 'not_found' });
  });
});
