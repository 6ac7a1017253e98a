import { describe, expect, it } from 'vitest';
import type { Message, Passage } from '../../../src/web/api/types.ts';
import { passagesOf, placeOf, sourcesOf } from '../../../src/web/conversation/sources-of.ts';

const passage = (name: string, score: number, more: Partial<Passage> = {}): Passage => ({
  document_id: `of ${name}`,
  name,
  heading: ['Top', `About ${name}`],
  text: `text of ${name}, ${score}`,
  score,
  position: { start: 0, end: 10, page: null },
  chunk: 0,
  ...more,
});
const message = (role: Message['role'], content: string, more: Partial<Message> = {}): Message => ({
  id: content,
  role,
  content,
  status: 'completed',
  run_id: 'r1',
  created_at: '2026-01-31T09:30:00.000Z',
  ...more,
});
const found = (...passages: Passage[]) =>
  message('tool', JSON.stringify({ passages }), { name: 'search_documents', tool_call_id: 'c' });

describe('the sources of an answer', () => {
  it('are one for each document, with its best passage; those that the answer names come first', () => {
    const turn = {
      messages: [
        found(passage('a.md', 3), passage('b.md', 2), passage('b.md', 5)),
        found(passage('c.md', 1)),
        message('assistant', 'As c.md says.'),
      ],
    };
    expect(sourcesOf(turn).map(({ text }) => text)).toEqual(['text of c.md, 1', 'text of b.md, 5', 'text of a.md, 3']);
  });

  it('are none without a search, or with a result that is something else', () => {
    const other = message('tool', JSON.stringify({ passages: [passage('a.md', 1)] }), { name: 'other' });
    expect(sourcesOf({ messages: [other, message('assistant', 'a.md')] })).toEqual([]);
    for (const result of ['', '42', 'null', '{"passages":1}', '{"passages":[null,{"name":1}]}', '{"error":"x"}'])
      expect(passagesOf(result)).toEqual([]);
  });

  it('say where in the document they stand', () => {
    expect(placeOf(passage('a.md', 1))).toBe('a.md › About a.md');
    const page = { start: 0, end: 1, page: 3 };
    expect(placeOf(passage('b.pdf', 1, { heading: [], position: page }))).toBe('b.pdf, page 3');
  });
});
