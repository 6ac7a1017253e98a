import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/web/api/types.ts';
import { diffStates } from '../../../src/web/conversation/diff-states.ts';
import { mergeTail } from '../../../src/web/conversation/merge-tail.ts';
import { callsOf, toTurns } from '../../../src/web/conversation/to-turns.ts';
import { splitBlocks } from '../../../src/web/markdown/split-blocks.ts';
import { aMessage as message } from './example-data.ts';

const ids = (messages: readonly Message[]) => messages.map(({ id }) => id);

describe('the newest page of a thread', () => {
  const loaded = ['a', 'b', 'c', 'd'].map((id) => message(id));

  it('is joined to older pages, and what did not change stays the same object', () => {
    const { messages, joined } = mergeTail(loaded, [message('c'), message('d'), message('e')], false);
    expect(ids(messages)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(joined).toBe(true);
    expect(messages[2]).toBe(loaded[2]);
  });

  it('takes away what a fork has left behind', () => {
    expect(ids(mergeTail(loaded, [message('a'), message('x')], true).messages)).toEqual(['a', 'x']);
    expect(ids(mergeTail(loaded, [message('b'), message('x')], false).messages)).toEqual(['a', 'b', 'x']);
  });

  it('stands alone when it does not join', () => {
    expect(mergeTail(loaded, [message('y'), message('z')], false)).toMatchObject({ joined: false });
  });
});

describe('turns', () => {
  const call = { id: 'c', name: 'calculator', arguments: {} };
  const asks = message('a1', { role: 'assistant', run_id: 'r1', tool_calls: [call] });
  const result = message('t1', { role: 'tool', run_id: 'r1', tool_call_id: 'c' });
  const says = message('a2', { role: 'assistant', run_id: 'r1' });

  it('hold all that one run answered together, and two runs apart', () => {
    const other = message('a3', { role: 'assistant', run_id: 'r2' });
    expect(toTurns([message('u'), asks, result, says, other]).map(({ messages }) => ids(messages))).toEqual([
      ['u'],
      ['a1', 't1', 'a2'],
      ['a3'],
    ]);
  });

  it('stay the same objects while nothing in them changes', () => {
    const before = toTurns([message('u'), asks]);
    const same = toTurns([...before.flatMap(({ messages }) => messages)], before);
    expect(same[0]).toBe(before[0]);
    expect(toTurns([...(before[0]?.messages ?? []), asks, result], before)[1]).not.toBe(before[1]);
  });

  it('give a call the result of its own answer, not that of a later call with the same id', () => {
    const again = message('a4', { role: 'assistant', run_id: 'r1', tool_calls: [call] });
    const [turn] = toTurns([asks, again, result]);
    expect(turn && callsOf(turn, asks)[0]?.result).toBe(null);
    expect(turn && callsOf(turn, again)[0]?.result).toBe(result);
  });
});

describe('the difference of two states', () => {
  it('names what was added, changed and removed', () => {
    const difference = diffStates([message('a'), message('b')], [message('b', { content: 'new' }), message('c')]);
    expect({
      added: ids(difference.added),
      changed: ids(difference.changed),
      removed: ids(difference.removed),
    }).toEqual({
      added: ['c'],
      changed: ['b'],
      removed: ['a'],
    });
  });
});

describe('blocks of Markdown that is being written', () => {
  it('are the text when put together, and are not cut inside of code or lists', () => {
    const text = 'One\n\nTwo\n\n```js\na\n\nb\n```\n\n- x\n\n- y\n\nEnd';
    const blocks = splitBlocks(text);
    expect(blocks.join('')).toBe(text);
    expect(blocks[0]).toBe('One\n\n');
    expect(blocks.filter((block) => block.includes('```'))).toHaveLength(1);
    expect(blocks.find((block) => block.includes('- x'))).toContain('- y');
  });
});
