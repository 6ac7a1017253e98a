import { describe, expect, it } from 'vitest';
import type { ThreadState } from '../../../src/shared/domain/checkpoint.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();

const textsOf = (messages: readonly Message[]) => messages.map(({ content }) => content);
const update = (threadId: string, body: object) =>
  skein.send<ThreadState & { code: string }>('POST', `/threads/${threadId}/state`, body);
const say = (threadId: string, answer: string, more: object = {}) =>
  skein.run({ thread_id: threadId, input: asks({ chunks: [answer] }), ...more });
const checkpointOf = (state: ThreadState) => state.checkpoint?.checkpoint_id ?? '';

/** A thread with three questions and answers. */
async function conversation() {
  const thread = await skein.createThread();
  for (const answer of ['one', 'two', 'three']) await say(thread.thread_id, answer);
  return thread.thread_id;
}

describe('the state of a thread', () => {
  it('of a new thread is empty', async () => {
    const thread = await skein.createThread();
    expect(await skein.state(thread.thread_id)).toEqual({
      values: { messages: [] },
      next: [],
      checkpoint: null,
      parent_checkpoint: null,
      metadata: {},
      created_at: thread.created_at,
      tasks: [],
    });
    expect(await skein.history(thread.thread_id)).toEqual([]);
    expect((await skein.send('GET', `/threads/${thread.thread_id}/messages`)).body).toEqual([]);
  });

  it('is changed by hand: added, replaced in place, removed, each as one checkpoint', async () => {
    const { thread_id: id } = await skein.createThread();
    const first = await update(id, {
      values: {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
    });
    expect(first.status).toBe(200);
    const [a, b] = first.body.values.messages;
    expect([a?.run_id, a?.status]).toEqual([null, 'completed']);
    const second = await update(id, {
      values: [
        { id: a?.id, role: 'user', content: 'A' },
        { role: 'user', content: 'c' },
      ],
    });
    expect(textsOf(second.body.values.messages)).toEqual(['A', 'b', 'c']);
    expect(second.body.values.messages[0]?.created_at).toBe(a?.created_at);
    const third = await update(id, { remove: [b?.id] });
    expect(textsOf(third.body.values.messages)).toEqual(['A', 'c']);
    const fourth = await update(id, { values: [{ id: a?.id, role: 'user', content: 'moved' }], remove: [a?.id] });
    expect(textsOf(fourth.body.values.messages)).toEqual(['c', 'moved']);
    expect(await skein.state(id)).toEqual(fourth.body);
    expect(fourth.body.parent_checkpoint).toEqual(third.body.checkpoint);
    expect((await skein.history(id)).map(({ values }) => textsOf(values.messages))).toEqual([
      ['c', 'moved'],
      ['A', 'c'],
      ['A', 'b', 'c'],
      ['a', 'b'],
    ]);
    expect((await skein.thread(id)).last_message?.text).toBe('moved');
  });

  it('is what the next run is asked with', async () => {
    const { thread_id: id } = await skein.createThread();
    await update(id, { values: [{ role: 'user', content: 'by hand' }] });
    const run = await skein.run({ thread_id: id });
    expect(run.status).toBe('completed');
    expect(skein.model.requests.findLast((request) => request.user_text === 'by hand')?.body.messages).toHaveLength(1);
    expect((await skein.messages(id)).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('is not changed by what names unknown or doubled things, or while a run is open', async () => {
    const id = await conversation();
    const before = await skein.state(id);
    const unknown = crypto.randomUUID();
    for (const [body, status, code] of [
      [{ remove: [unknown] }, 422, 'reference_not_found'],
      [{ checkpoint_id: unknown }, 422, 'reference_not_found'],
      [{}, 422, 'validation_failed'],
      [{ values: [1, 2].map((n) => ({ id: unknown, role: 'user', content: `${n}` })) }, 422, 'validation_failed'],
    ] as const) {
      const answer = await update(id, body);
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([status, code]);
    }
    const run = await skein.createRun({ thread_id: id, input: asks({ tokens: 2000, delay_ms: 10 }) });
    for (const body of [{ values: [{ role: 'user', content: 'x' }] }, { checkpoint_id: checkpointOf(before) }]) {
      const busy = await update(id, body);
      expect([busy.status, busy.body.code]).toEqual([409, 'thread_busy']);
    }
    await skein.waitForRun(run.run_id, 'in_progress');
    await skein.cancel(run.run_id, '?wait=true');
    expect((await skein.messages(id)).slice(0, -1)).toEqual(before.values.messages);
  });
});

describe('time travel', () => {
  it('history has every state as it was when it was the newest', async () => {
    const { thread_id: id } = await skein.createThread();
    const seen: ThreadState[] = [];
    for (const answer of ['one', 'two', 'three']) {
      await say(id, answer);
      seen.push(await skein.state(id));
    }
    const history = await skein.history(id, '?limit=100');
    expect(history).toHaveLength(6);
    expect(history.filter(({ metadata }) => metadata.source === 'model')).toEqual(seen.toReversed());
    for (const state of history) expect(await skein.state(id, checkpointOf(state))).toEqual(state);
    expect(history.map(({ next }) => next)).toEqual([[], ['model'], [], ['model'], [], ['model']]);
    expect(history.slice(0, -1).map(({ parent_checkpoint }) => parent_checkpoint)).toEqual(
      history.slice(1).map(({ checkpoint }) => checkpoint),
    );
    const page = await skein.history(id, `?limit=2&before=${checkpointOf(history[1] as ThreadState)}`);
    expect(page).toEqual(history.slice(2, 4));
    const posted = await skein.send<ThreadState[]>('POST', `/threads/${id}/history`, { limit: 3 });
    expect(posted.body).toEqual(history.slice(0, 3));
  });

  it('a run from an older checkpoint sees that state and becomes the newest', async () => {
    const id = await conversation();
    const history = await skein.history(id);
    const afterOne = history.find(({ values }) => values.messages.at(-1)?.content === 'one') as ThreadState;
    const text = asks({ chunks: ['other two'] });
    const run = await skein.run({ thread_id: id, input: text, checkpoint_id: checkpointOf(afterOne) });
    expect(run.status).toBe('completed');
    const asked = skein.model.requests.find((request) => request.user_text === text);
    expect(asked?.body.messages.map(({ content }) => content)).toEqual([...textsOf(afterOne.values.messages), text]);
    const now = await skein.messages(id);
    expect(now.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual(['one', 'other two']);
    // The branch that was left is still there, and can be taken up again.
    const back = await say(id, 'four', { checkpoint_id: checkpointOf(history[0] as ThreadState) });
    expect(back.status).toBe('completed');
    const answers = (await skein.messages(id)).filter(({ role }) => role === 'assistant');
    expect(textsOf(answers)).toEqual(['one', 'two', 'three', 'four']);
    for (const state of history) expect(await skein.state(id, checkpointOf(state))).toEqual(state);
    await say(id, 'five');
    expect(textsOf((await skein.messages(id)).filter(({ role }) => role === 'assistant'))).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
  });

  it('a rewind leaves out what came after, and runs go on from there', async () => {
    const id = await conversation();
    const afterTwo = (await skein.history(id)).find(({ values }) => values.messages.length === 4) as ThreadState;
    const rewound = await update(id, { checkpoint_id: checkpointOf(afterTwo) });
    expect(rewound.body.values).toEqual(afterTwo.values);
    expect(rewound.body.parent_checkpoint).toEqual(afterTwo.checkpoint);
    expect((await skein.thread(id)).last_message?.text).toBe('two');
    await say(id, 'new three');
    expect(textsOf((await skein.messages(id)).filter(({ role }) => role === 'assistant'))).toEqual([
      'one',
      'two',
      'new three',
    ]);
  });

  it('edit and resend: a message of the past is replaced and answered again', async () => {
    const id = await conversation();
    const history = await skein.history(id);
    const asked = (await skein.messages(id))[2] as Message;
    const beforeTwo = history.find(({ values }) => values.messages.length === 2) as ThreadState;
    const text = asks({ chunks: ['better two'] });
    await skein.run({
      thread_id: id,
      checkpoint_id: checkpointOf(beforeTwo),
      input: [{ id: asked.id, role: 'user', content: text }],
    });
    const now = await skein.messages(id);
    expect(textsOf(now.slice(2))).toEqual([text, 'better two']);
    expect(now[2]?.id).toBe(asked.id);
  });

  it('an input with the id of a message replaces it in its place, also one that the model is not shown', async () => {
    const id = await conversation();
    const [first] = await skein.messages(id);
    const text = asks({ chunks: ['four'] });
    const input = [
      { id: first?.id, role: 'user', content: 'edited' },
      { role: 'user', content: text },
    ];
    await skein.run({ thread_id: id, input, limits: { max_context_messages: 2 } });
    const now = await skein.messages(id);
    expect(now).toHaveLength(8);
    expect([now[0]?.id, now[0]?.content]).toEqual([first?.id, 'edited']);
    expect(new Set(now.map((message) => message.id)).size).toBe(8);
  });

  it('takes checkpoints of this thread only', async () => {
    const [one, other] = [await conversation(), await conversation()];
    const foreign = checkpointOf(await skein.state(other));
    const answers = [
      await skein.send<{ code: string }>('POST', '/runs', { thread_id: one, input: 'x', checkpoint_id: foreign }),
      await update(one, { checkpoint_id: foreign }),
      await skein.send<{ code: string }>('GET', `/threads/${one}/state?checkpoint_id=${foreign}`),
      await skein.send<{ code: string }>('GET', `/threads/${one}/history?before=${foreign}`),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [422, 'reference_not_found']),
    );
    expect(await skein.messages(one)).toHaveLength(6);
  });
});
