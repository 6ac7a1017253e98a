import type { Content } from '../api/types.ts';

/** The text of a message without its pictures. */
export const textOf = (content: Content): string =>
  typeof content === 'string'
    ? content
    : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
