import { describe, expect, it } from 'vitest';
import { openModel } from './setup.ts';

describe('a streamed answer', () => {
  it('passes each delta on and resolves with text, usage, model and request id', async () => {
    const { ask, deltas } = await openModel({ chunks: ['Hel', 'lo ', '🌍'] });
    expect(await ask()).toEqual({
      text: 'Hello 🌍',
      tool_calls: [],
      finish_reason: 'stop',
      usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
      model: 'fake-model',
      request_id: 'req-fake',
    });
    expect(deltas).toEqual(['Hel', 'lo ', '🌍']);
  });

  it('passes the first delta on while the model is still busy with the rest', async () => {
    const { model, llm, controller } = await openModel({ chunks: ['a'], fault: { kind: 'stall', after: 1 } });
    const events: string[] = [];
    const first = Promise.withResolvers<void>();
    const call = llm.stream(
      { model: 'm', messages: [{ role: 'user', content: 'x' }] },
      {
        onFirstByte: () => events.push('first byte'),
        onText: (delta) => {
          events.push(delta);
          first.resolve();
        },
      },
      controller.signal,
    );
    await first.promise;
    expect(events).toEqual(['first byte', 'a']);
    expect(model.requests[0]?.ended_at).toBeNull();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
  });

  it('puts text together that arrives byte by byte, in the middle of characters', async () => {
    const { ask, deltas } = await openModel({ chunks: ['größe ', '🌍🌍'], fault: { kind: 'bytes' } });
    expect((await ask()).text).toBe('größe 🌍🌍');
    expect(deltas).toEqual(['größe ', '🌍🌍']);
  });

  it('delivers tool calls with their raw arguments, valid or not, known or not', async () => {
    const { ask } = await openModel({
      chunks: ['Let me see.'],
      tool_calls: [
        { id: 'c1', name: 'calculator', arguments: { expression: '1+1' } },
        { id: 'c2', name: 'no such tool', arguments: '{"broken": ' },
      ],
    });
    expect(await ask()).toMatchObject({
      text: 'Let me see.',
      finish_reason: 'tool_calls',
      tool_calls: [
        { id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' },
        { id: 'c2', name: 'no such tool', arguments: '{"broken": ' },
      ],
    });
  });

  it('delivers 200 parallel tool calls in order', async () => {
    const { ask } = await openModel({ tool_calls: [{ name: 'f', arguments: {} }], parallel: 200 });
    const answer = await ask();
    expect(answer.tool_calls.map((call) => call.id)).toEqual(Array.from({ length: 200 }, (_, i) => `call_fake_${i}`));
  });

  it('makes repeated tool call ids unique', async () => {
    const call = { id: 'same', name: 'f', arguments: '{}' };
    const { ask } = await openModel({ tool_calls: [call, call] });
    expect((await ask()).tool_calls.map(({ id }) => id)).toEqual(['same', 'call_0']);
  });

  it('reads the answer of a provider that ignores the wish for a stream', async () => {
    const { ask, deltas } = await openModel({
      json: true,
      chunks: ['one ', 'piece'],
      tool_calls: [{ id: 'c', name: 'f', arguments: '{}' }],
    });
    expect(await ask()).toMatchObject({
      text: 'one piece',
      finish_reason: 'tool_calls',
      tool_calls: [{ id: 'c', name: 'f', arguments: '{}' }],
      usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
    });
    expect(deltas).toEqual(['one piece']);
  });

  it('says length when the model ran out of tokens, and has no usage when none was counted', async () => {
    const { ask } = await openModel({ chunks: ['cut of'], finish_reason: 'length', usage: null });
    expect(await ask()).toMatchObject({ finish_reason: 'length', usage: null });
  });

  it('sends the whole conversation in the shape of the protocol, with the key', async () => {
    const { ask, model } = await openModel({ chunks: ['ok'] });
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } } as const;
    await ask({
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: [{ type: 'text', text: 'look' }, image], name: 'ann' },
        { role: 'assistant', content: '', tool_calls: [{ id: 'c1', name: 'f', arguments: '{}' }] },
        { role: 'tool', content: [{ type: 'text', text: '42' }, image], tool_call_id: 'c1' },
      ],
      tools: [{ name: 'f', description: 'does f', parameters: { type: 'object', properties: {} } }],
      temperature: 0,
      max_tokens: 100,
    });
    const request = model.requests[0];
    expect(request?.headers.authorization).toBe('Bearer key-1');
    expect(request?.body).toEqual({
      model: 'fake-model',
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: [{ type: 'text', text: 'look' }, image], name: 'ann' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', content: '42', tool_call_id: 'c1' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'does f', parameters: { type: 'object', properties: {} } },
        },
      ],
      temperature: 0,
      max_tokens: 100,
    });
  });

  it('uses one connection for answers that follow each other', async () => {
    const { ask, model } = await openModel([{ chunks: ['a'] }, { chunks: ['b'] }, { chunks: ['c'] }]);
    expect([(await ask()).text, (await ask()).text, (await ask()).text]).toEqual(['a', 'b', 'c']);
    expect(new Set(model.requests.map((request) => request.client_port)).size).toBe(1);
  });

  it('fails with the exception of a handler and closes the socket', async () => {
    const { llm, model, controller } = await openModel({ chunks: ['a', 'b'], delay_ms: 5 });
    const call = llm.stream(
      { model: 'm', messages: [{ role: 'user', content: 'x' }] },
      {
        onText: () => {
          throw new RangeError('mine');
        },
      },
      controller.signal,
    );
    await expect(call).rejects.toThrow(RangeError);
    await expect.poll(() => model.requests[0]?.closed_early).toBe(true);
  });
});
