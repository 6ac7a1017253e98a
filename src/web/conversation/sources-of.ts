import type { Passage } from '../api/types.ts';
import { textOf } from './text-of.ts';
import type { Turn } from './to-turns.ts';

/** The passages in the result of `search_documents`; none for any other text. */
export function passagesOf(result: string): readonly Passage[] {
  try {
    const { passages } = JSON.parse(result) as { passages?: unknown };
    return Array.isArray(passages) ? passages.filter(isPassage) : [];
  } catch {
    return [];
  }
}

const isPassage = (value: unknown): value is Passage => {
  const { document_id, name, heading, text } = (value ?? {}) as Partial<Passage>;
  return [document_id, name, text].every((field) => typeof field === 'string') && Array.isArray(heading);
};

/** One for each document that a turn found: its best passage, and the documents that the answer names before the others. */
export function sourcesOf({ messages }: Pick<Turn, 'messages'>): readonly Passage[] {
  const best = new Map<string, Passage>();
  for (const message of messages) {
    if (message.role !== 'tool' || message.name !== 'search_documents') continue;
    for (const passage of passagesOf(textOf(message.content))) {
      const known = best.get(passage.document_id);
      if (!known || known.score < passage.score) best.set(passage.document_id, passage);
    }
  }
  const answer = messages.map((message) => (message.role === 'assistant' ? textOf(message.content) : '')).join('\n');
  const isNamed = ({ name }: Passage) => answer.includes(name);
  return [...best.values()].sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || b.score - a.score);
}

/** "streaming.md › Rejoining, page 3". */
export const placeOf = ({ name, heading, position }: Passage): string =>
  [[name, ...heading.slice(-1)].join(' › '), ...(position.page === null ? [] : [`page ${position.page}`])].join(', ');
