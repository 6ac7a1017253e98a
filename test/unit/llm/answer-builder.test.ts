import { describe, expect, it } from 'vitest';
import { createAnswerBuilder } from '../../../src/shared/llm/answer-builder.ts';

const build = (choices: readonly Record<string, unknown>[], extra: Record<string, unknown> = {}) => {
  const builder = createAnswerBuilder({ requestedModel: 'asked', maxAnswerBytes: 1_000, onText: () => undefined });
  for (const choice of choices) builder.add({ choices: [choice] });
  builder.add({ choices: [], ...extra });
  return builder.build('req-1');
};
const finish = (reason: string) => ({ delta: {}, finish_reason: reason });

describe('createAnswerBuilder', () => {
  it('joins text and tolerates content that is null, missing or a list of parts', () => {
    const deltas = [
      { role: 'assistant', content: null },
      { content: 'a' },
      {},
      { content: [{ text: 'b' }, { text: 'c' }] },
    ];
    expect(build([...deltas.map((delta) => ({ delta })), finish('stop')])).toEqual({
      text: 'abc',
      tool_calls: [],
      finish_reason: 'stop',
      usage: null,
      model: 'asked',
      request_id: 'req-1',
    });
  });

  it('reads a refusal as text, since it is what the model said', () => {
    expect(build([{ delta: { refusal: 'I will not.' } }, finish('stop')]).text).toBe('I will not.');
  });

  it('ignores choices other than the first', () => {
    expect(build([{ index: 1, delta: { content: 'other' }, finish_reason: 'length' }, finish('stop')]).text).toBe('');
  });

  it('takes the newest usage and completes a missing total', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    expect(build([finish('stop')], { usage }).usage).toEqual({ ...usage, total_tokens: 7 });
    expect(build([finish('stop')], { usage: { prompt_tokens: -1, completion_tokens: 'x' } }).usage).toBeNull();
  });

  it.each([
    ['max_tokens', 'length'],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['eos', 'stop'],
    ['tool_calls', 'stop'],
  ])('reads finish reason %s without tool calls as %s', (given, expected) => {
    expect(build([finish(given)]).finish_reason).toBe(expected);
  });

  it('says tool_calls when there are calls and the provider says stop', () => {
    const delta = { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] };
    expect(build([{ delta, finish_reason: 'stop' }]).finish_reason).toBe('tool_calls');
  });

  it('is not finished by an empty finish reason', () => {
    const builder = createAnswerBuilder({ requestedModel: 'm', maxAnswerBytes: 10, onText: () => undefined });
    builder.add({ choices: [{ delta: { content: 'a' }, finish_reason: '' }] });
    expect(builder.finished).toBe(false);
  });

  it('takes only content for a sign of life', () => {
    const builder = createAnswerBuilder({ requestedModel: 'm', maxAnswerBytes: 10, onText: () => undefined });
    const add = (delta: object) => builder.add({ choices: [{ delta }] });
    expect(add({ role: 'assistant', content: '' })).toBe(false);
    expect(add({ tool_calls: [{}] })).toBe(false);
    expect(builder.add({ choices: [] })).toBe(false);
    expect(add({ reasoning_content: 'hm' })).toBe(true);
    expect(add({ content: 'a' })).toBe(true);
  });

  it('counts bytes, not characters, against the cap, before it passes the text on', () => {
    const seen: string[] = [];
    const builder = createAnswerBuilder({ requestedModel: 'm', maxAnswerBytes: 4, onText: (text) => seen.push(text) });
    builder.add({ choices: [{ delta: { content: '€' } }] });
    expect(() => builder.add({ choices: [{ delta: { content: '€' } }] })).toThrow(/larger than 4 bytes/);
    expect(seen).toEqual(['€']);
  });

  it('counts calls without text against the cap', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ index, function: { name: 'f', arguments: '' } }));
    expect(() => build([{ delta: { tool_calls: many } }])).toThrow(/larger than/);
  });

  it.each([[{ error: { message: 'overloaded' } }], ['text'], [null], [[1]]])('refuses %j as a chunk', (chunk) => {
    const builder = createAnswerBuilder({ requestedModel: 'm', maxAnswerBytes: 10, onText: () => undefined });
    expect(() => builder.add(chunk)).toThrow(expect.objectContaining({ code: 'model_stream_invalid' }));
  });

  it('refuses an answer that ended with an error', () => {
    expect(() => build([finish('error')])).toThrow(expect.objectContaining({ code: 'model_stream_invalid' }));
  });
});
