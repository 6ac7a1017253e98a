import { describe, expect, it } from 'vitest';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();
const CITY = {
  type: 'json_schema',
  json_schema: {
    name: 'city',
    strict: true,
    schema: {
      $defs: { name: { type: 'string', minLength: 1 } },
      type: 'object',
      properties: { name: { $ref: '#/$defs/name' }, people: { type: 'integer' } },
      required: ['name', 'people'],
    },
  },
} as const;
const GOOD = '{"name":"Paris","people":2100000}';

/** A run whose model gives these answers, one for each call; each question is told apart by its text. */
async function runOf(answers: readonly string[], options: { format?: object; assistant?: object } = {}) {
  const { assistant_id } = await skein.createAssistant({ response_format: CITY, ...options.assistant });
  const { thread_id } = await skein.createThread(assistant_id);
  const question = `${asks({ chunks: ['unused'] }).split(' ')[0]} which city?`;
  const mine = (text: string) => text.includes(question);
  let called = 0;
  const of = (body: { messages: readonly { content?: unknown }[] }) =>
    body.messages.some(({ content }) => mine(String(content)));
  skein.model.script((request) => ({
    chunks: [of(request.body as never) ? (answers[called++] ?? 'too many calls') : 'else'],
  }));
  const format = options.format === undefined ? {} : { response_format: options.format };
  const run = await skein.run({ thread_id, input: question, ...format });
  return { run, thread_id, requests: skein.model.requests.filter((request) => of(request.body as never)) };
}

describe('response_format', () => {
  it('goes to the model as it is, and an answer that fits completes the run', async () => {
    const { run, requests } = await runOf([GOOD]);
    expect(run).toMatchObject({ status: 'completed', options: { response_format: CITY } });
    expect(run.messages.at(-1)).toMatchObject({ content: GOOD, status: 'completed' });
    expect(requests.map(({ body }) => (body as { response_format?: unknown }).response_format)).toEqual([CITY]);
  });

  it('asks once more when the answer does not fit, and says what is wrong; the step shows it', async () => {
    const { run, thread_id, requests } = await runOf(['{"name":"","people":"many"}', GOOD]);
    expect(run.status).toBe('completed');
    const [, second] = requests.map(({ body }) => body.messages.at(-1));
    expect(second).toMatchObject({ role: 'user' });
    expect(second?.content).toMatch(/name must NOT have fewer than 1 characters/);
    const steps = await skein.steps(run.run_id);
    expect(steps.filter(({ type }) => type === 'model_call').map(({ status, error }) => [status, error?.code])).toEqual(
      [
        ['failed', 'output_invalid'],
        ['completed', undefined],
      ],
    );
    expect((await skein.messages(thread_id)).map(({ role, status }) => [role, status])).toEqual([
      ['user', 'completed'],
      ['assistant', 'error'],
      ['assistant', 'completed'],
    ]);
  });

  it('fails the run with output_invalid when the second answer does not fit either, and counts both', async () => {
    const { run, requests } = await runOf(['no JSON', '{"name":"Paris"}']);
    expect(run).toMatchObject({ status: 'failed', last_error: { code: 'output_invalid' } });
    expect(run.last_error?.message).toContain("must have required property 'people'");
    expect(requests).toHaveLength(2);
    expect(run.usage.total_tokens).toBeGreaterThan(0);
  });

  it('can be another one for a run, or none', async () => {
    expect((await runOf(['plain words'], { format: { type: 'text' } })).run.status).toBe('completed');
    expect((await runOf(['[1]', '{"any":1}'], { format: { type: 'json_object' } })).run.status).toBe('completed');
  });

  it('is refused with the place when its schema cannot be used', async () => {
    const schema = { type: 'object', properties: { a: { $ref: 'https://example.com/x' } } };
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const answer = await skein.send<{ errors: object[] }>('POST', '/assistants', {
      name: 'T',
      response_format: format,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(answer.body.errors).toMatchObject([
      { pointer: '/response_format/json_schema/schema', code: 'invalid_schema' },
    ]);
    const tool = { type: 'function', function: { name: 'f', parameters: { type: 'nonsense' } } };
    expect(await skein.send('POST', '/assistants', { name: 'T', tools: [tool] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/tools/0/function/parameters', code: 'invalid_schema' }] },
    });
  });
});

describe('arguments of a tool that the client executes', () => {
  const tool = {
    type: 'function',
    function: {
      name: 'lookup',
      parameters: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
    },
  };
  const call = (args: unknown) => ({ tool_calls: [{ name: 'lookup', arguments: args }] });
  const start = async (steps: readonly object[]) => {
    const { assistant_id } = await skein.createAssistant({ tools: [tool] });
    const { thread_id } = await skein.createThread(assistant_id);
    return skein.run({ thread_id, input: asks({ steps: steps as never }) });
  };

  it('that do not fit are told to the model, which mends them; the client sees only the good call', async () => {
    const run = await start([call({ id: 'seven' }), call({ id: 7 })]);
    expect(run).toMatchObject({ status: 'requires_action' });
    expect(run.required_action?.tool_calls).toMatchObject([{ name: 'lookup', arguments: { id: 7 } }]);
    const steps = await skein.steps(run.run_id);
    expect(steps.find(({ type }) => type === 'tool_call')).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_arguments' },
    });
    await skein.cancel(run.run_id);
  });

  it('that never fit end the run after the third time in a row', async () => {
    const run = await start([call({}), call({ id: null }), call([]), { chunks: ['never'] }]);
    expect(run).toMatchObject({ status: 'failed', last_error: { code: 'invalid_tool_calls' } });
  });
});
