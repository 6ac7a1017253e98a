import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/shared/domain/limits.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import type { CheckpointDocument, RunDocument } from '../../../src/shared/mongo/documents.ts';
import { decideNext } from '../../../src/worker/run/decide-next.ts';
import { firstTokenAt, usageOf, withStep } from '../../../src/worker/run/run-progress.ts';

const run = (limits: object = {}) =>
  ({ options: { limits: { ...DEFAULT_LIMITS, ...limits } } }) as unknown as RunDocument;
const message = (id: string, more: object = {}): Message => ({
  id,
  role: 'assistant',
  content: id,
  status: 'completed',
  run_id: null,
  created_at: '2026-01-01T00:00:00.000Z',
  ...more,
});
const step = (source: CheckpointDocument['source'], messages: Message[], metadata: object = {}, more: object = {}) =>
  ({
    source,
    step: 3,
    version: 9,
    messages,
    replaced: [],
    removed: [],
    metadata,
    ...more,
  }) as unknown as CheckpointDocument;
const calls = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `c${i}`, name: 'tool', arguments: {} }));
const answer = (n: number, more: object = {}) =>
  step('model', [message('a', n > 0 ? { tool_calls: calls(n) } : {})], {
    finish_reason: n > 0 ? 'tool_calls' : 'stop',
    ...more,
  });
const usage = (total_tokens: number) => ({
  usage: { prompt_tokens: total_tokens - 1, completion_tokens: 1, total_tokens },
});

describe('what a run does next', () => {
  it('is decided by its last committed step', () => {
    expect(decideNext({ run: run(), steps: [] })).toEqual({ kind: 'commit_input' });
    for (const source of ['input', 'tools', 'update'] as const)
      expect(decideNext({ run: run(), steps: [step(source, [])] })).toEqual({ kind: 'call_model', step: 4 });
    expect(decideNext({ run: run(), steps: [answer(0)] })).toEqual({ kind: 'complete' });
    const asked = answer(2);
    expect(decideNext({ run: run(), steps: [asked] })).toEqual({ kind: 'run_tools', step: 4, asked, calls: calls(2) });
  });

  it.each([
    ['max_output_tokens', [answer(0, { finish_reason: 'length' })], {}],
    ['max_output_tokens', [answer(2, { finish_reason: 'length' })], {}],
    ['content_filter', [answer(0, { finish_reason: 'content_filter' })], {}],
    ['max_steps', [answer(1), step('tools', []), answer(1), step('tools', [])], { max_steps: 2 }],
    ['max_tool_calls', [answer(2), step('tools', []), answer(2)], { max_tool_calls: 3 }],
    ['max_tool_calls', [answer(1)], { max_tool_calls: 0 }],
    ['max_total_tokens', [answer(1, usage(10)), step('tools', [])], { max_total_tokens: 10 }],
  ])('is the end as incomplete: %s', (reason, steps, limits) => {
    expect(decideNext({ run: run(limits), steps })).toEqual({ kind: 'incomplete', reason });
  });

  it('is not ended by a limit that is only just kept', () => {
    const steps = [answer(2), step('tools', []), answer(1, usage(9)), step('tools', [])];
    expect(decideNext({ run: run({ max_steps: 3, max_total_tokens: 10 }), steps }).kind).toBe('call_model');
    expect(decideNext({ run: run({ max_tool_calls: 3 }), steps: steps.slice(0, 3) }).kind).toBe('run_tools');
    expect(decideNext({ run: run({ max_steps: 1, max_total_tokens: 1 }), steps: [answer(0, usage(99))] }).kind).toBe(
      'complete',
    );
  });
});

describe('progress of a run', () => {
  const start = { run: run(), steps: [], position: { head: null, base: null }, context: [message('x'), message('y')] };

  it('with one more step has it at the head and its messages in the context', () => {
    const next = step('input', [message('y', { content: 'new' }), message('z')], {}, { replaced: ['y'] });
    const progress = withStep(start, next);
    expect(progress.steps).toEqual([next]);
    expect(progress.position).toEqual({ head: next, base: next });
    expect(progress.context.map(({ content }) => content)).toEqual(['x', 'new', 'z']);
    expect(start.context.map(({ content }) => content)).toEqual(['x', 'y']);
  });

  it('leaves out a replacement of a message that the model is not shown', () => {
    const next = step('input', [message('old'), message('z')], {}, { replaced: ['old'] });
    expect(withStep(start, next).context.map(({ id }) => id)).toEqual(['x', 'y', 'z']);
  });

  it('adds up the tokens that were reported, and knows the first text', () => {
    const steps = [
      step('input', []),
      answer(1, { ...usage(10), first_token_at: null }),
      answer(1, { usage: null, first_token_at: '2026-01-01T00:00:01.000Z' }),
      answer(0, { ...usage(5), first_token_at: '2026-01-01T00:00:02.000Z' }),
    ];
    expect(usageOf(steps)).toEqual({ prompt_tokens: 13, completion_tokens: 2, total_tokens: 15 });
    expect(usageOf([])).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    expect(firstTokenAt(steps)).toEqual(new Date('2026-01-01T00:00:01.000Z'));
    expect(firstTokenAt(steps.slice(0, 2))).toBeNull();
  });
});
