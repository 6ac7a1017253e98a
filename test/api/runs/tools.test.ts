import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();

const calculator = { type: 'builtin', name: 'calculator' };
const weather = { type: 'function', function: { name: 'weather', description: 'Weather of a city.' } };
const call = (id: string, name: string, args: Record<string, unknown> | string) => ({ id, name, arguments: args });

async function threadWith(...tools: object[]) {
  const { assistant_id } = await skein.createAssistant({ tools });
  return skein.createThread(assistant_id);
}

/** A run that waits for the outputs of two weather calls; `builtin` adds a call of ours to the same answer. */
async function waitingRun(options: { builtin?: boolean } = {}) {
  const thread = await threadWith(weather, calculator);
  const tool_calls = [
    call('a', 'weather', { city: 'Lisbon' }),
    ...(options.builtin ? [call('m', 'calculator', { expression: '6*7' })] : []),
    call('b', 'weather', { city: 'Porto' }),
  ];
  const text = asks({ steps: [{ tool_calls }, { chunks: ['both warm'] }] });
  const stream = await skein.stream({ thread_id: thread.thread_id, input: text });
  await stream.until('requires_action', () => stream.all('requires_action').length > 0);
  const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
  return { thread, stream, runId, text };
}

const deliver = (runId: string, outputs: Record<string, string> | [string, string][]) =>
  skein.send<Run & { code: string; errors: { code: string; pointer: string }[] }>(
    'POST',
    `/runs/${runId}/tool_outputs`,
    {
      tool_outputs: (Array.isArray(outputs) ? outputs : Object.entries(outputs)).map(([tool_call_id, output]) => ({
        tool_call_id,
        output,
      })),
    },
  );

describe('a run with built-in tools', () => {
  it('executes parallel calls, shows them before the answer, and feeds the results to the model', async () => {
    const thread = await threadWith(calculator, { type: 'builtin', name: 'current_time' });
    const text = asks({
      steps: [
        {
          chunks: ['Let me see. '],
          tool_calls: [call('x', 'calculator', { expression: '12*7' }), call('t', 'current_time', {})],
        },
        { chunks: ['It is ', '84.'] },
      ],
    });
    const stream = await skein.stream({ thread_id: thread.thread_id, input: text });
    const events = await stream.finished();

    const firstAt = (name: string, nth = 0) => events.flatMap(({ event }, i) => (event === name ? [i] : []))[nth] ?? -1;
    expect(stream.all('tool_call').map(({ id, name }) => [id, name])).toEqual([
      ['x', 'calculator'],
      ['t', 'current_time'],
    ]);
    const results = stream.all('tool_result');
    expect(results.find(({ tool_call_id }) => tool_call_id === 'x')).toMatchObject({
      content: '84',
      status: 'completed',
    });
    expect(firstAt('tool_call')).toBeLessThan(firstAt('tool_result'));
    const answerId = stream.all('message').at(-1)?.id;
    const answerText = events.findIndex(({ event, data }) => event === 'text' && data.message_id === answerId);
    expect(firstAt('tool_result', 1)).toBeLessThan(answerText);

    const stored = await skein.messages(thread.thread_id);
    expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
    expect(stored.slice(1)).toEqual(stream.all('message'));
    expect(stored.slice(2, 4).map(({ id, tool_call_id }) => [id, tool_call_id])).toEqual(
      ['x', 't'].map((id) => [results.find(({ tool_call_id }) => tool_call_id === id)?.message_id, id]),
    );
    const second = skein.model.requests.findLast((request) => request.user_text === text);
    expect(second?.body.messages.slice(-3)).toMatchObject([
      {
        role: 'assistant',
        tool_calls: [{ id: 'x', function: { name: 'calculator', arguments: '{"expression":"12*7"}' } }, { id: 't' }],
      },
      { role: 'tool', tool_call_id: 'x', content: '84' },
      { role: 'tool', tool_call_id: 't' },
    ]);
  });

  it('is inspected step by step: durations, tokens, finish reasons and errors', async () => {
    const thread = await threadWith(calculator);
    const run = await skein.run({
      thread_id: thread.thread_id,
      input: asks({
        steps: [
          {
            tool_calls: [
              call('ok', 'calculator', { expression: '1+1' }),
              call('bad', 'calculator', { expression: '1+' }),
            ],
          },
          { chunks: ['2'], first_delay_ms: 40 },
        ],
      }),
    });
    const steps = await skein.steps(run.run_id);
    expect(
      steps.map(({ step, type, status, name, finish_reason }) => ({ step, type, status, name, finish_reason })),
    ).toEqual([
      { step: 0, type: 'input', status: 'completed', name: null, finish_reason: null },
      { step: 1, type: 'model_call', status: 'completed', name: 'fake-model', finish_reason: 'tool_calls' },
      { step: 2, type: 'tool_call', status: 'completed', name: 'calculator', finish_reason: null },
      { step: 2, type: 'tool_call', status: 'failed', name: 'calculator', finish_reason: null },
      { step: 3, type: 'model_call', status: 'completed', name: 'fake-model', finish_reason: 'stop' },
    ]);
    expect(steps[3]?.error?.code).toBe('invalid_expression');
    expect(steps[4]?.usage).toEqual({ prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 });
    expect(run.usage.total_tokens).toBe(12 + 11);
    expect(steps[4]?.duration_ms).toBeGreaterThanOrEqual(39);
    for (const { started_at, finished_at, duration_ms } of steps)
      expect(Date.parse(finished_at) - Date.parse(started_at)).toBe(duration_ms);
    const results = run.messages.filter(({ role }) => role === 'tool');
    expect(results.map(({ status }) => status)).toEqual(['completed', 'error']);
  });

  it('tells the model what was wrong with a call: arguments that are no object, a tool that was not offered', async () => {
    const thread = await threadWith(calculator);
    const run = await skein.run({
      thread_id: thread.thread_id,
      input: asks({
        steps: [
          {
            tool_calls: [
              call('a', 'calculator', '{"expression": '),
              call('b', 'calculator', { $where: 1, 'a.b': 2 }),
              call('c', 'current_time', {}),
              call('d', 'constructor', {}),
              call('e', 'calculator', '{"k\\u0000": 1}'),
              call('f', 'calculator', `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`),
            ],
          },
          { chunks: ['sorry'] },
        ],
      }),
    });
    expect(run).toMatchObject({ status: 'completed', attempt: 1 });
    const codes = run.messages
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => JSON.parse(String(content)).error);
    expect(codes).toEqual([
      'invalid_arguments',
      'invalid_arguments',
      'unknown_tool',
      'unknown_tool',
      'invalid_arguments',
      'invalid_arguments',
    ]);
  });
});

describe('a run with tools of the client', () => {
  it('waits for their outputs and goes on with them', async () => {
    const { thread, stream, runId, text } = await waitingRun();
    expect(stream.all('requires_action')[0]?.tool_calls).toEqual([
      { id: 'a', name: 'weather', arguments: { city: 'Lisbon' } },
      { id: 'b', name: 'weather', arguments: { city: 'Porto' } },
    ]);
    expect(await skein.getRun(runId)).toMatchObject({
      status: 'requires_action',
      worker_id: null,
      required_action: { type: 'submit_tool_outputs' },
    });
    expect((await skein.thread(thread.thread_id)).status).toBe('interrupted');
    expect((await skein.state(thread.thread_id)).tasks.map(({ id }) => id)).toEqual(['a', 'b']);

    const resumed = await deliver(runId, { b: 'rain', a: 'sun' });
    expect([resumed.status, resumed.body.status, resumed.body.required_action]).toEqual([202, 'queued', null]);
    const events = await stream.finished();
    expect(stream.all('done')).toMatchObject([{ status: 'completed' }]);
    expect(events.at(-1)?.id).toMatch(/^2-/);
    const stored = await skein.messages(thread.thread_id);
    expect(stored.slice(2).map(({ role, content }) => [role, content])).toEqual([
      ['tool', 'sun'],
      ['tool', 'rain'],
      ['assistant', 'both warm'],
    ]);
    const calls = skein.model.requests.filter((request) => request.user_text === text);
    expect(calls).toHaveLength(2);
    expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  });

  it('executes our tools of the same answer once, and asks the client for its own only', async () => {
    const { thread, stream, runId } = await waitingRun({ builtin: true });
    expect(stream.all('requires_action')[0]?.tool_calls.map(({ id }) => id)).toEqual(['a', 'b']);
    const [before] = await skein.models.toolCalls.find({ run_id: runId }).lean();
    expect(before).toMatchObject({ tool_call_id: 'm', status: 'done', attempt: 1 });
    await deliver(runId, { a: 'sun', b: 'rain' });
    await stream.finished();
    const stored = await skein.messages(thread.thread_id);
    expect(stored.slice(2, 5).map(({ tool_call_id, content }) => [tool_call_id, content])).toEqual([
      ['a', 'sun'],
      ['m', '42'],
      ['b', 'rain'],
    ]);
    const records = await skein.models.toolCalls.find({ run_id: runId, tool_call_id: 'm' }).lean();
    expect(records).toEqual([before]);
  });

  it('refuses outputs that do not match the calls, and then takes the right ones once', async () => {
    const { runId, stream } = await waitingRun();
    const cases: [[string, string][], string[]][] = [
      [[['a', '1']], ['tool_outputs_incomplete']],
      [
        [
          ['a', '1'],
          ['b', '2'],
          ['z', '3'],
        ],
        ['unknown_tool_call'],
      ],
      [
        [
          ['a', '1'],
          ['b', '2'],
          ['a', '3'],
        ],
        ['duplicate_tool_call'],
      ],
    ];
    for (const [outputs, codes] of cases) {
      const answer = await deliver(runId, outputs);
      expect([answer.status, answer.body.code]).toEqual([422, 'tool_outputs_invalid']);
      expect(answer.body.errors.map(({ code }) => code)).toEqual(codes);
    }
    expect((await skein.getRun(runId)).status).toBe('requires_action');

    const answers = await Promise.all([deliver(runId, { a: '1', b: '2' }), deliver(runId, { a: '1', b: '2' })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    await stream.finished();
    const late = await deliver(runId, { a: '1', b: '2' });
    expect([late.status, late.body.code]).toEqual([409, 'run_not_waiting']);
  });

  it('answers those who wait as soon as the client is needed', async () => {
    const thread = await threadWith(weather);
    const startedAt = performance.now();
    const run = await skein.run({
      thread_id: thread.thread_id,
      input: asks({ tool_calls: [call('a', 'weather', {})], first_delay_ms: 50 }),
    });
    expect(run).toMatchObject({ status: 'requires_action', required_action: { tool_calls: [{ id: 'a' }] } });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await skein.cancel(run.run_id);
  });
});
