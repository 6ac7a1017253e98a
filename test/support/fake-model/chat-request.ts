/** What the fake reads of a chat-completions request. */
export interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly ChatMessage[];
  readonly [field: string]: unknown;
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly unknown[];
  readonly [field: string]: unknown;
}

/** Where a request stands in its conversation: the newest user text, and how many answers came after it. */
export const placeOf = (messages: readonly ChatMessage[]): { userText: string; step: number } => {
  let step = 0;
  for (let i = messages.length - 1; i >= 0; i -= 1) {
    const message = messages[i];
    if (message?.role === 'user') return { userText: textOf(message.content), step };
    if (message?.role === 'assistant') step += 1;
  }
  return { userText: '', step };
};

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
};
