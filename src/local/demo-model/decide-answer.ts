import { answerFromResults, type ToolResult } from './answer-from-results.ts';
import type { ChatMessage, ChatRequest } from './chat-request.ts';
import { type PlannedCall, planSearch, planToolCalls } from './plan-tool-calls.ts';
import { asksAboutModel, type Conversation, cannedAnswer, smallTalk } from './small-talk.ts';

/** What the demo model answers: words, or calls of tools. */
export type DemoAnswer = { kind: 'text'; text: string } | { kind: 'tool_calls'; calls: readonly PlannedCall[] };

// What is asked stands at the beginning; the patterns are not run over a pasted book.
const MAX_QUESTION = 4_000;

/**
 * Decides on an answer; the same conversation always gets the same one. Tools are called at most once per user message:
 * as soon as results follow it, they are the answer, so a conversation never loops.
 */
export const decideAnswer = (request: Pick<ChatRequest, 'messages' | 'tools'>): DemoAnswer => {
  const { messages, tools } = request;
  const asked = messages.findLastIndex((message) => message.role === 'user');
  const question = (messages[asked]?.text ?? '').slice(0, MAX_QUESTION);
  const results = resultsAfter(messages, asked);
  if (results.length > 0) return { kind: 'text', text: answerFromResults(results) };
  const earlier = messages.slice(0, Math.max(asked, 0)).filter((message) => message.role === 'user');
  const conversation: Conversation = {
    question,
    earlier: earlier.map(({ text }) => text),
    tools: tools.map(({ name }) => name),
  };
  const calls = asksAboutModel(question) ? [] : planToolCalls(question, tools);
  // What it has no words for may be in the documents.
  if (calls.length === 0 && cannedAnswer(conversation) === null) calls.push(...planSearch(question, tools));
  return calls.length > 0 ? { kind: 'tool_calls', calls } : { kind: 'text', text: smallTalk(conversation) };
};

const resultsAfter = (messages: readonly ChatMessage[], asked: number): ToolResult[] => {
  const since = messages.slice(asked + 1);
  const calls = new Map(since.flatMap((message) => message.toolCalls).map((call) => [call.id, call]));
  return since
    .filter((message) => message.role === 'tool')
    .map((message) => {
      const call = calls.get(message.toolCallId ?? '');
      return { name: call?.name ?? 'tool', arguments: call?.arguments ?? '{}', content: message.text };
    });
};
