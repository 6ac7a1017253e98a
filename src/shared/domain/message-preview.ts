import { type Message, textOf } from './message.ts';
import type { MessagePreview } from './thread.ts';

const PREVIEW_LENGTH = 200;

/** The first 200 characters of a message, for lists. */
export const toPreview = (message: Pick<Message, 'role' | 'content' | 'created_at'>): MessagePreview => ({
  role: message.role,
  text: Array.from(textOf(message.content).slice(0, 2 * PREVIEW_LENGTH))
    .slice(0, PREVIEW_LENGTH)
    .join(''),
  created_at: message.created_at,
});
