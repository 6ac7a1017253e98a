import { describe, expect, it } from 'vitest';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();

const again = { tool_calls: [{ name: 'calculator', arguments: { expression: '1+1' } }] };

async function runWith(limits: object, script: Parameters<typeof asks>[0]) {
  const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }], limits });
  const thread = await skein.createThread(assistant_id);
  const run = await skein.run({ thread_id: thread.thread_id, input: asks(script) });
  return { thread, run };
}

describe('a limit ends a run as incomplete, with its name', () => {
  it('max_steps, for a model that calls tools for ever', async () => {
    const { run } = await runWith({ max_steps: 4 }, again);
    expect(run).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_steps' }, last_error: null });
    const steps = await skein.steps(run.run_id);
    expect(steps.filter(({ type }) => type === 'model_call')).toHaveLength(4);
    expect(steps.filter(({ type }) => type === 'tool_call')).toHaveLength(4);
  });

  it('max_tool_calls, before the surplus calls are executed', async () => {
    const { run, thread } = await runWith({ max_tool_calls: 5 }, { ...again, parallel: 3 });
    expect(run.incomplete_details).toEqual({ reason: 'max_tool_calls' });
    expect((await skein.steps(run.run_id)).filter(({ type }) => type === 'tool_call')).toHaveLength(3);
    const next = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['fine'] }) });
    expect(next.status).toBe('completed');
  });

  it('max_total_tokens, before the next model call', async () => {
    const { run } = await runWith({ max_total_tokens: 20 }, again);
    expect(run).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_total_tokens' } });
    expect(run.usage.total_tokens).toBe(22);
  });

  it('max_duration, which stops the model call', async () => {
    const text = asks({ chunks: ['a'], fault: { kind: 'stall', after: 1 } });
    const thread = await skein.createThread();
    const startedAt = performance.now();
    const run = await skein.run({ thread_id: thread.thread_id, input: text, limits: { max_duration_ms: 1000 } });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(run).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_duration' } });
    expect(skein.model.requests.find((request) => request.user_text === text)?.closed_early).toBe(true);
  });

  it('max_output_tokens and content_filter, with the half answer kept and marked', async () => {
    for (const [finish_reason, reason] of [
      ['length', 'max_output_tokens'],
      ['content_filter', 'content_filter'],
    ] as const) {
      const { run } = await runWith({}, { chunks: ['half an ans'], finish_reason });
      expect(run).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason },
        messages: [{ content: 'half an ans', status: 'incomplete' }],
      });
    }
  });

  it('shows the model no more than max_context_messages', async () => {
    const thread = await skein.createThread();
    for (const word of ['one', 'two', 'three'])
      await skein.run({ thread_id: thread.thread_id, input: `${word} ${asks({ chunks: ['ok'] })}` });
    const text = asks({ chunks: ['ok'] });
    await skein.run({ thread_id: thread.thread_id, input: text, limits: { max_context_messages: 3 } });
    const asked = skein.model.requests.find((request) => request.user_text === text);
    const shown = asked?.body.messages.map(({ content }) => String(content).split(' ')[0]);
    expect(shown).toEqual(['ok', 'three', 'ok', text.split(' ')[0]]);
  });
});
