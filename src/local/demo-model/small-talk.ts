import { findArithmetic } from './find-arithmetic.ts';

/** What is said without a tool. `earlier` are the user's messages before this one, `tools` the names of what is offered. */
export interface Conversation {
  readonly question: string;
  readonly earlier: readonly string[];
  readonly tools: readonly string[];
}

/** Questions about the model itself: answered in words even when a tool would match. */
export const asksAboutModel = (question: string): boolean =>
  /\bwho\s+are\s+you\b|\bwhat\s+are\s+you\b|\b(?:which|what)\s+(?:\w+\s+)?model\b|\bare\s+you\s+(?:a|an|the|really|real|gpt|chatgpt|claude)\b|\breal\s+model\b|\bdemo\s+model\b|openai_/i.test(
    question,
  );

const MAX_COUNT = 500;

/** The demo model's own words. It never claims to know or to have understood anything. */
export const smallTalk = (conversation: Conversation): string =>
  cannedAnswer(conversation) ??
  `You wrote: “${cut(conversation.question)}”. I am only the demo model, so I can stream this sentence to you, but I have no knowledge of my own to answer with. ${offer(conversation.tools)}`;

/** What it says to the few things that it has words for; null for all others. */
export const cannedAnswer = (conversation: Conversation): string | null => {
  const { question, earlier, tools } = conversation;
  const countTo = question.match(/\bcount\s+(?:from\s+\d+\s+)?to\s+(\d{1,6})\b/i)?.[1];
  if (asksAboutModel(question)) return `${IDENTITY}\n\n${HOW_TO_REPLACE}`;
  if (countTo !== undefined) return countingTo(Math.min(Number(countTo), MAX_COUNT));
  if (/\b(?:story|poem|essay|long)\b/i.test(question)) return STORY;
  if (/\b(?:remember|my first|did I (?:say|ask|write)|said before|so far)\b/i.test(question)) return recall(earlier);
  if (findArithmetic(question) !== null) return `${NO_CALCULATOR} ${offer(tools)}`;
  if (/\b(?:thanks|thank you|thx)\b/i.test(question))
    return 'You are welcome. Ask me something else whenever you like.';
  if (/\b(?:help|what can you do|how does this work)\b/i.test(question)) return `${offer(tools)}\n\n${HOW_TO_REPLACE}`;
  if (/^\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings)\b/i.test(question)) {
    return `Hello! I am Skein's demo model. ${offer(tools)}`;
  }
  return null;
};

const IDENTITY =
  "I am Skein's demo model: a small program that runs next to the server so that everything works without an account or a download. I am not a language model. I know a few fixed sentences, I can tell when a question asks for one of the tools I am offered, and I answer from what the tool returns.";

const HOW_TO_REPLACE =
  'To talk to a real model, set OPENAI_BASE_URL and OPENAI_API_KEY to any server with an OpenAI-compatible API (OpenAI, Ollama, vLLM, LM Studio and others) and start Skein again.';

const NO_CALCULATOR =
  'That looks like a sum, but this assistant has no calculator tool, and I do not do sums in my head.';

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['calculator', '“What is 12*7?”'],
  ['current_time', '“What time is it?”'],
  ['list_documents', '“Which documents are there?”'],
  ['search_documents', '“What do the documents say about cancelling a run?”'],
]);

const offer = (tools: readonly string[]): string => {
  const examples = tools.flatMap((name) => EXAMPLES.get(name) ?? []);
  const tries = [...examples, '“Count to 50”', '“Who are you?”'];
  return `Try ${tries.slice(0, -1).join(', ')} or ${tries.at(-1)}`.concat('.');
};

const countingTo = (end: number): string => `${Array.from({ length: end }, (_, i) => i + 1).join(', ')}.`;

const recall = (earlier: readonly string[]): string => {
  const first = earlier[0];
  if (first === undefined) return 'This is the first message of our conversation, so there is nothing to look back at.';
  const before = earlier.length === 1 ? 'You wrote one message' : `You wrote ${earlier.length} messages`;
  return `${before} before this one. The first was: “${cut(first)}”. The latest was: “${cut(earlier.at(-1) ?? first)}”.`;
};

const STORY = `Once there was a ball of yarn that wanted to be a map. Every evening somebody pulled a thread out of it, walked a little way, and came back with a story about where the thread had ended.

The yarn kept them all. It did not rewrite a story when a newer one came along; it only tied the new one to the place where the old one had stopped. After a while anyone could take hold of any thread and follow it back, knot by knot, to the very first step.

One night the lights went out in the middle of a story. When they came on again the reader was gone and another one sat down in the same chair. She felt along the thread for the last knot, found it, and went on from there. Nobody who was listening heard a word twice.

That is all a skein is: a long line, wound up so that it does not tangle, with a beginning you can always find.`;

const cut = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200).trimEnd()}…`);
