import type { Message } from '../../shared/domain/message.ts';

/** What the wire format adds to each message, about. */
const PER_MESSAGE = 4;
/** What providers charge for an image of the usual size, about. */
const PER_IMAGE = 800;
const KEPT = 50_000;

/** Counts tokens as OpenAI's newer models do (o200k); for other models it is an estimate. */
export interface TokenCounter {
  ofText(text: string): number;
  ofMessage(message: Message): number;
}

/** Loads the vocabulary, which takes about half a second and 50 MB, at the first call: most workers never need it. */
export function createTokenCounterLoader(): () => Promise<TokenCounter> {
  let loaded: Promise<TokenCounter> | null = null;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

async function load(): Promise<TokenCounter> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  /** A stored message never changes but by hand, and then in its length, nearly always; a count that is off by an edit does no harm. */
  const known = new Map<string, number>();
  const ofText = (text: string): number => countTokens(text);

  function ofMessage(message: Message): number {
    const texts = textsOf(message);
    const key = `${message.id} ${texts.reduce((sum, text) => sum + text.length, 0)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const images = typeof message.content === 'string' ? 0 : message.content.filter(isImage).length;
    const count = PER_MESSAGE + images * PER_IMAGE + texts.reduce((sum, text) => sum + ofText(text), 0);
    if (known.size >= KEPT) known.clear();
    known.set(key, count);
    return count;
  }
  return { ofText, ofMessage };
}

/** What a message says, its tool calls as JSON. */
export const textOfMessage = (message: Message): string => textsOf(message).join('\n');

type Part = Exclude<Message['content'], string>[number];
const isImage = (part: Part): boolean => part.type !== 'text';

function textsOf({ content, tool_calls = [] }: Message): string[] {
  const texts =
    typeof content === 'string' ? [content] : content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return [...texts, ...tool_calls.flatMap((call) => [call.name, JSON.stringify(call.arguments)])];
}
