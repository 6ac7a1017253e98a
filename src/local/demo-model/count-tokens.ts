import type { ChatMessage } from './chat-request.ts';

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 3;

/** Cuts a text into the pieces it is streamed in, about four characters and a blank each; joined they are the text. */
export const splitTokens = (text: string): string[] => text.match(/\s*\S{1,4}|\s+$/gu) ?? [];

/** About four characters a token, the usual rule of thumb for English; at least one for any text. */
export const countTokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** What a conversation costs to read. */
export const countPromptTokens = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, message) => {
    const calls = message.toolCalls.map((call) => call.name + call.arguments).join('');
    return sum + TOKENS_PER_MESSAGE + countTokens(message.text + calls);
  }, 0);
