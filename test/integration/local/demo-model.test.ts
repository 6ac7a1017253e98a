import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoModel } from '../../../src/local/demo-model.ts';
import { createLlm } from '../../../src/shared/llm/create-llm.ts';
import type { Llm, LlmMessage, LlmRequest } from '../../../src/shared/llm/llm.ts';

type Tool = NonNullable<LlmRequest['tools']>[number];

const tool = (name: string, properties: Record<string, unknown> = {}, required: string[] = []): Tool => ({
  name,
  parameters: { type: 'object', properties, required },
});
const text = { type: 'string' };
const builtins = [
  tool('calculator', { expression: text }, ['expression']),
  tool('current_time', { time_zone: text }),
  tool('search_documents', { query: text, limit: { type: 'integer' } }, ['query']),
  tool('list_documents'),
];

let model: Awaited<ReturnType<typeof startDemoModel>>;
let llm: Llm;

beforeAll(async () => {
  model = await startDemoModel({ tokenDelayMs: 0 });
  llm = createLlm({ baseUrl: model.url, apiKey: '' });
});
afterAll(async () => {
  await llm.close();
  await model.stop();
});

const ask = (messages: readonly LlmMessage[], tools: readonly Tool[] = builtins, more: Partial<LlmRequest> = {}) =>
  llm.stream(
    { model: 'skein-demo', messages, tools, ...more },
    { onText: () => undefined },
    new AbortController().signal,
  );
const user = (content: string): LlmMessage => ({ role: 'user', content });

/** What the model calls for a question, and what it says when the tools have answered. */
const converse = async (question: string, results: readonly string[], tools = builtins): Promise<string> => {
  const first = await ask([user(question)], tools);
  expect(first.finish_reason).toBe('tool_calls');
  expect(first.tool_calls).toHaveLength(results.length);
  const toolMessages = first.tool_calls.map(
    (call, i): LlmMessage => ({ role: 'tool', tool_call_id: call.id, content: results[i] ?? '' }),
  );
  const second = await ask(
    [user(question), { role: 'assistant', content: '', tool_calls: first.tool_calls }, ...toolMessages],
    tools,
  );
  expect(second.finish_reason).toBe('stop');
  return second.text;
};

describe('the demo model', () => {
  it.each([
    ['What is 12*7?', 'calculator', { expression: '12*7' }],
    ['what is 12 times 7', 'calculator', { expression: '12*7' }],
    ['Please calculate (3 + 4)^2 / 7.', 'calculator', { expression: '(3 + 4)^2 / 7' }],
    ['How much is 15% of 80?', 'calculator', { expression: '15/100*80' }],
    ['What is the square root of 144?', 'calculator', { expression: 'sqrt(144)' }],
    ['1,000 plus 24', 'calculator', { expression: '1000+24' }],
    ['12-7', 'calculator', { expression: '12-7' }],
    ['What time is it?', 'current_time', {}],
    ["What's the date in Europe/Berlin?", 'current_time', { time_zone: 'Europe/Berlin' }],
    ['What time is it in New York?', 'current_time', { time_zone: 'America/New_York' }],
    ['Search the documents for admission window', 'search_documents', { query: 'admission window' }],
    ['What is Skein?', 'search_documents', { query: 'What is Skein' }],
    ['Which documents mention cancel?', 'search_documents', { query: 'Which documents mention cancel' }],
    ['How do I resume a stream?', 'search_documents', { query: 'How do I resume a stream' }],
    ['Which documents are there?', 'list_documents', {}],
    ['What documents do I have?', 'list_documents', {}],
    ['Show me the documents', 'list_documents', {}],
  ])('answers "%s" with a call of %s', async (question, name, args) => {
    const answer = await ask([user(question)]);
    expect(answer.tool_calls.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([[name, args]]);
    expect(answer.finish_reason).toBe('tool_calls');
  });

  it.each([
    'Hello',
    'Tell me a story in 5-10 sentences',
    'We are open 24/7',
    'The meeting was on 2024-05-01',
    'Thanks!',
  ])('answers "%s" without a tool', async (question) => {
    const answer = await ask([user(question)]);
    expect(answer).toMatchObject({ finish_reason: 'stop', tool_calls: [] });
    expect(answer.text).not.toBe('');
  });

  it('calls several tools when the question asks for several things', async () => {
    const answer = await converse('What is 6*7 and what time is it?', [
      '42',
      '{"utc":"2030-01-01T12:00:00.000Z","time_zone":"UTC","local":"Tuesday 1 January 2030 at 12:00:00 UTC"}',
    ]);
    expect(answer).toBe('6*7 = 42\n\nIt is Tuesday 1 January 2030 at 12:00:00 UTC.');
  });

  it('answers from what the tools returned', async () => {
    expect(await converse('What is 12*7?', ['84'])).toBe('12*7 = 84');
    const hits = { results: [{ title: 'Runs', text: 'A run reaches one terminal state.' }] };
    const found = await converse('Search the documents for runs', [JSON.stringify(hits)]);
    expect(found).toContain('**Runs**: A run reaches one terminal state.');
    expect(await converse('Search the documents for zebras', ['{"results":[]}'])).toContain('found nothing');
    expect(await converse('List the documents', ['[{"name":"a.md"},{"name":"b.md"}]'])).toContain(
      '2 documents:\n\n- a.md',
    );
  });

  it.each([
    '{"error":"invalid_expression","message":"no such sum"}',
    '{"error":{"code":"invalid","message":"no such sum"}}',
  ])('says so when a tool failed with %s', async (result) => {
    expect(await converse('What is 1/0?', [result])).toBe('The tool `calculator` could not do it: no such sum');
  });

  it('calls tools it does not know when the question names them, with what it can read from the question', async () => {
    const weather = tool('get_weather', { city: text, unit: { enum: ['celsius', 'kelvin'] } }, ['city', 'unit']);
    const answer = await ask([user('What is the weather in New York, in kelvin?')], [weather]);
    expect(answer.tool_calls.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([
      ['get_weather', { city: 'New York', unit: 'kelvin' }],
    ]);
    expect(await converse('What is the weather in Rome?', ['sunny'], [weather])).toContain('sunny');
  });

  it('calls no tool it is not offered, and says what is missing', async () => {
    const answer = await ask([user('What is 12*7?')], []);
    expect(answer.tool_calls).toEqual([]);
    expect(answer.text).toContain('no calculator tool');
  });

  it.each(['Who are you?', 'Which model are you?', 'Are you a real model?'])(
    'says honestly what it is when asked "%s", and how to set a real model',
    async (question) => {
      const answer = await ask([user(question)]);
      expect(answer.text).toContain('demo model');
      expect(answer.text).toContain('OPENAI_BASE_URL');
      expect(answer.text).toContain('OPENAI_API_KEY');
    },
  );

  it('looks back at the conversation it is given', async () => {
    const said = { role: 'assistant', content: 'ok' } as const;
    const answer = await ask([user('My name is Ada'), said, user('I like wool'), said, user('What did I say before?')]);
    expect(answer.text).toContain('2 messages');
    expect(answer.text).toContain('My name is Ada');
  });

  it('counts tokens plausibly, the same each time', async () => {
    const messages = [user('Tell me a story')];
    const [one, two] = [await ask(messages), await ask(messages)];
    expect(one.usage).toEqual(two.usage);
    const perToken = one.text.length / (one.usage?.completion_tokens ?? 0);
    expect(perToken).toBeGreaterThan(3);
    expect(perToken).toBeLessThan(5);
    expect(one.usage?.prompt_tokens).toBe(3 + Math.ceil('Tell me a story'.length / 4));
  });

  it('stops at max_tokens', async () => {
    const answer = await ask([user('Tell me a story')], [], { max_tokens: 5 });
    expect(answer.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(5);
  });

  it('streams token by token, in its pace, and stops when the client leaves', async () => {
    const slow = await startDemoModel({ tokenDelayMs: 20 });
    const client = createLlm({ baseUrl: slow.url, apiKey: '' });
    const controller = new AbortController();
    const times: number[] = [];
    const onText = () => {
      times.push(performance.now());
      if (times.length === 5) controller.abort();
    };
    const call = client.stream({ model: 'm', messages: [user('Tell me a story')] }, { onText }, controller.signal);
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(4 * 20 * 0.7);
    await expect.poll(() => slow.activeAnswers).toBe(0);
    await client.close();
    await slow.stop();
  });

  it('answers in one document when no stream is asked for, tool calls included', async () => {
    const post = async (body: object) => {
      const response = await fetch(`${model.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
      return await response.json();
    };
    const tools = [{ type: 'function', function: { name: 'calculator', parameters: builtins[0]?.parameters } }];
    expect(await post({ model: 'm', messages: [{ role: 'user', content: 'count to 3' }] })).toMatchObject({
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: '1, 2, 3.' }, finish_reason: 'stop' }],
    });
    expect(await post({ model: 'm', tools, messages: [{ role: 'user', content: '2+2' }] })).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [{ type: 'function', function: { arguments: '{"expression":"2+2"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    });
  });

  it('lists its model and refuses what it does not understand', async () => {
    const models = await fetch(`${model.url}/models`);
    expect(await models.json()).toMatchObject({ object: 'list', data: [{ id: 'skein-demo' }] });
    const bodies = ['', '{"a":', 'null', '[]', '{}', '{"messages":[]}', '{"messages":[1]}'];
    const statuses = bodies.map(
      async (body) => (await fetch(`${model.url}/chat/completions`, { method: 'POST', body })).status,
    );
    expect(await Promise.all(statuses)).toEqual(bodies.map(() => 400));
    expect((await fetch(`${model.url}/embeddings`)).status).toBe(404);
  });

  it('runs as a process that says where it listens and leaves on SIGTERM', async () => {
    const child = spawn(process.execPath, ['src/local/demo-model.ts'], {
      env: { PATH: '', DEMO_MODEL_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    const [line] = await once(createInterface(child.stdout), 'line');
    const ready = JSON.parse(line);
    expect(ready).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/) });
    expect((await fetch(`${ready.url}/models`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
