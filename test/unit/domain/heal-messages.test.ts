import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healMessages, NO_RESULT } from '../../../src/shared/domain/heal-messages.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Message } from '../../../src/shared/domain/message.ts';

const base = { status: 'completed', run_id: null, created_at: '2026-01-01T00:00:00.000Z' } as const;
const user = (content = 'hi'): Message => ({ ...base, id: newId(), role: 'user', content });
const asked = (...ids: string[]): Message => ({
  ...base,
  id: newId(),
  role: 'assistant',
  content: '',
  tool_calls: ids.map((id) => ({ id, name: 'tool', arguments: {} })),
});
const said = (content: string): Message => ({ ...base, id: newId(), role: 'assistant', content });
const result = (id: string, content = `result of ${id}`): Message => ({
  ...base,
  id: newId(),
  role: 'tool',
  tool_call_id: id,
  content,
});

/** What a provider refuses, in its words; null when it takes the list. */
function refusalOf(messages: readonly Message[]): string | null {
  let open = new Set<string>();
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) return `'${message.tool_call_id}' answers no preceding tool call`;
      continue;
    }
    if (open.size > 0) return `no result for ${[...open].join(', ')}`;
    const calls = message.tool_calls ?? [];
    if (message.role === 'assistant' && calls.length === 0 && message.content === '')
      return 'an empty assistant message';
    open = new Set(calls.map(({ id }) => id));
    if (open.size < calls.length) return 'two calls with one id';
  }
  return open.size > 0 ? `no result for ${[...open].join(', ')}` : null;
}

/** Ids from a small set, so that they meet: repeated, orphaned, answered twice, answered late. */
const id = fc.constantFrom('a', 'b', 'c', 'd');
const anyMessage = fc.oneof(
  fc.constant(null).map(() => user()),
  fc.constantFrom('', 'text').map(said),
  fc.array(id, { minLength: 1, maxLength: 4 }).map((ids) => asked(...ids)),
  id.map((one) => result(one)),
  fc.constant(null).map((): Message => ({ ...user(), role: 'system' })),
);

describe('healing a list of messages', () => {
  it('makes every list one that a provider takes', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 30 }), (messages) => {
        expect(refusalOf(healMessages(messages))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps what was in order already, and is done after once', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 30 }), (messages) => {
        const healed = healMessages(messages);
        expect(healMessages(healed)).toEqual(healed);
        if (refusalOf(messages) === null) expect(healed).toEqual(messages);
        const kept = healed.filter(({ role }) => role !== 'tool').map((message) => message.id);
        expect(kept).toEqual(messages.filter(({ id: one }) => kept.includes(one)).map((message) => message.id));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers a call without a result, and says that there is none', () => {
    const call = asked('a', 'b');
    const healed = healMessages([user(), call, result('b'), user('next')]);
    expect(healed.map(({ role, tool_call_id, content }) => [role, tool_call_id, content])).toEqual([
      ['user', undefined, 'hi'],
      ['assistant', undefined, ''],
      ['tool', 'a', NO_RESULT],
      ['tool', 'b', 'result of b'],
      ['user', undefined, 'next'],
    ]);
  });

  it('gives each answer its own results where a provider counts its calls anew', () => {
    const list = [asked('call_0'), result('call_0', 'first'), asked('call_0'), result('call_0', 'second')];
    expect(healMessages(list)).toEqual(list);
  });

  it('drops orphans at the beginning of a context that was cut, and late results of other calls', () => {
    const healed = healMessages([result('old'), user(), asked('a'), said('never mind'), result('a')]);
    expect(healed.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'hi'],
      ['assistant', ''],
      ['tool', NO_RESULT],
      ['assistant', 'never mind'],
    ]);
  });

  it('changes nothing that it was given', () => {
    const messages = [asked('a', 'a'), result('z')];
    const before = structuredClone(messages);
    healMessages(messages);
    expect(messages).toEqual(before);
  });

  it('takes no longer than the list is long', () => {
    const messages = Array.from({ length: 20_000 }, (_, n) => [asked(`c${n}`), result(`c${n}`)]).flat();
    const startedAt = performance.now();
    expect(healMessages(messages)).toHaveLength(40_000);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
