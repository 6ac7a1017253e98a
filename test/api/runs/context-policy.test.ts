import { describe, expect, it } from 'vitest';
import type { ContextPolicy } from '../../../src/shared/domain/context-policy.ts';
import { useSkein } from '../../support/skein.ts';

const skein = useSkein();
let threads = 0;

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
}

/** A thread whose assistant has the policy, and a model that answers `answer <n>`, or `summary <n>` when it is asked for one. */
async function threadWith(policy: ContextPolicy, instructions = 'Be brief.') {
  const { assistant_id } = await skein.createAssistant({ context_policy: policy, instructions });
  const { thread_id } = await skein.createThread(assistant_id);
  threads += 1;
  const mark = `thread ${threads}:`;
  const sent: Sent[] = [];
  skein.model.script((request) => {
    const body = request.body as unknown as Sent;
    sent.push(body);
    const isSummary = body.max_tokens !== undefined;
    return { chunks: [isSummary ? `summary ${sent.length}` : `answer ${sent.length}`] };
  });
  const ask = async (text: string) => {
    sent.length = 0;
    const run = await skein.run({ thread_id, input: `${mark} ${text}` });
    expect(run.status).toBe('completed');
    const [step] = (await skein.steps(run.run_id)).filter(({ type }) => type === 'model_call');
    return { run, step, sent: [...sent], shown: sent.at(-1)?.messages ?? [] };
  };
  return { thread_id, ask };
}
const long = (n: number) => `question ${n} ${'with many words '.repeat(40)}`;

describe('context_policy', () => {
  it('last_messages shows the newest, keeps the history, and says in the step what was left out', async () => {
    const { thread_id, ask } = await threadWith({ type: 'last_messages', max_messages: 6 });
    const asked = [];
    for (let n = 0; n < 5; n += 1) asked.push(await ask(`question ${n}`));
    expect(asked.map(({ shown }) => shown.length - 1)).toEqual([1, 3, 5, 3, 5]);
    expect(asked.map(({ step }) => step?.context?.left_out_messages)).toEqual([0, 0, 0, 4, 4]);
    expect(asked.at(-1)?.step?.context).toMatchObject({ policy: 'last_messages', shown_messages: 5, summary: null });
    expect(asked.at(-1)?.shown[0]).toMatchObject({ role: 'system', content: 'Be brief.' });
    expect(await skein.messages(thread_id)).toHaveLength(10);
  });

  it('token_budget keeps to the budget, and the beginning stays the same for several requests', async () => {
    const { ask } = await threadWith({ type: 'token_budget', max_tokens: 800 });
    const asked = [];
    for (let n = 0; n < 9; n += 1) asked.push(await ask(long(n)));
    for (const { step } of asked) expect(step?.context?.estimated_tokens).toBeLessThanOrEqual(800);
    const begins = asked.map(({ step }) => step?.context?.first_message_id);
    expect(begins.at(-1)).not.toBeNull();
    expect(new Set(begins).size, 'different beginnings').toBeLessThan(begins.length - 2);
    const same = begins.filter((_, index) => index > 0 && begins[index] === begins[index - 1]).length;
    expect(same).toBeGreaterThanOrEqual(4);
  });

  it('summary sums up what no longer fits, goes on from the last summary, and pays for it in the run', async () => {
    const { ask } = await threadWith({ type: 'summary', max_tokens: 1000, summary_max_tokens: 100 });
    const asked = [];
    for (let n = 0; n < 16; n += 1) asked.push(await ask(long(n)));
    const withSummary = asked.filter(({ step }) => step?.context?.summary);
    const made = asked.filter(({ sent }) => sent.length > 1);
    expect(made.length, 'calls for a summary').toBeGreaterThanOrEqual(2);
    expect(withSummary.length, 'and some that used one again').toBeGreaterThan(made.length);
    for (const { shown, step } of withSummary)
      expect(shown[1]).toMatchObject({
        role: 'user',
        content: expect.stringContaining(String(step?.context?.summary)),
      });
    const [first, second] = made;
    expect(second?.sent[0]?.messages[1]?.content, 'the second builds on the first').toContain(
      String(first?.step?.context?.summary),
    );
    expect(second?.sent[0]?.messages[1]?.content).not.toContain('question 0');
    const usage = second?.step?.context?.summary_usage?.total_tokens ?? 0;
    expect(usage).toBeGreaterThan(0);
    expect(second?.run.usage.total_tokens).toBe(usage + (second?.step?.usage?.total_tokens ?? 0));
  });

  it('is changed with the assistant, and null shows everything again', async () => {
    const { thread_id, ask } = await threadWith({ type: 'last_messages', max_messages: 2 });
    for (let n = 0; n < 3; n += 1) await ask(`question ${n}`);
    const { assistant_id } = await skein.thread(thread_id);
    await skein.send('PATCH', `/assistants/${assistant_id}`, { context_policy: null });
    const { shown, step } = await ask('and now?');
    expect([shown.length, step?.context]).toEqual([8, null]);
  });
});
