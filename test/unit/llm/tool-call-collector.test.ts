import { describe, expect, it } from 'vitest';
import { createToolCallCollector } from '../../../src/shared/llm/tool-call-collector.ts';

const delta = (index: number | null, id: string | null, name: string | null, args: unknown = '') => ({
  ...(index !== null && { index }),
  ...(id !== null && { id }),
  function: { ...(name !== null && { name }), arguments: args },
});
const collect = (...deltas: Record<string, unknown>[]) => {
  const collector = createToolCallCollector();
  for (const one of deltas) collector.add(one);
  return collector.finish().map((call) => [call.id, call.name, call.arguments]);
};

describe('createToolCallCollector', () => {
  it('joins arguments by index, also when calls are mixed', () => {
    const calls = collect(delta(0, 'a', 'f', '{"x"'), delta(1, 'b', 'g', '{}'), delta(0, null, null, ':1}'));
    expect(calls).toEqual([
      ['a', 'f', '{"x":1}'],
      ['b', 'g', '{}'],
    ]);
  });

  it('keeps calls apart that all carry index 0 but ids of their own', () => {
    expect(collect(delta(0, 'a', 'f', '{}'), delta(0, 'b', 'g', '{}'))).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', '{}'],
    ]);
  });

  it('continues a call whose id and name are repeated in every delta', () => {
    expect(collect(delta(0, 'a', 'f', '{'), delta(0, 'a', 'f', '}'))).toEqual([['a', 'f', '{}']]);
  });

  it('understands deltas without an index', () => {
    expect(collect(delta(null, 'a', 'f', '{'), delta(null, null, null, '}'), delta(null, 'b', 'g', '1'))).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', '1'],
    ]);
    expect(collect(delta(null, 'a', 'f'), delta(null, 'b', 'g'), delta(null, 'a', null, '{}'))).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', ''],
    ]);
  });

  it('understands deltas without an id, and without index and id', () => {
    expect(collect(delta(0, null, 'f', '{}'), delta(1, null, 'g', '{}'))).toEqual([
      ['call_0', 'f', '{}'],
      ['call_1', 'g', '{}'],
    ]);
    expect(collect(delta(null, null, 'f', '{'), delta(null, null, null, '}'), delta(null, null, 'f', '{}'))).toEqual([
      ['call_0', 'f', '{}'],
      ['call_1', 'f', '{}'],
    ]);
  });

  it('gives a repeated id a new one that no other call has', () => {
    const calls = collect(delta(0, 'call_0', 'f'), delta(1, 'call_0', 'g'), delta(2, 'call_1', 'h'), delta(3, '', 'i'));
    expect(calls.map(([id]) => id)).toEqual(['call_0', 'call_2', 'call_1', 'call_3']);
    expect(calls.map(([, name]) => name)).toEqual(['f', 'g', 'h', 'i']);
  });

  it('keeps arguments that are no JSON as they are, and writes out those that came as an object', () => {
    expect(collect(delta(0, 'a', 'f', '{"x": tru'), delta(1, 'b', 'g', { x: 1 }))).toEqual([
      ['a', 'f', '{"x": tru'],
      ['b', 'g', '{"x":1}'],
    ]);
  });

  it('ignores entries that say nothing', () => {
    expect(collect({}, { index: 0 }, delta(0, '', '', null))).toEqual([]);
  });
});
