import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Message, Run } from '../../api/types.ts';
import { textOf } from '../../conversation/text-of.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatDuration } from '../../ui/format-time.ts';
import { runMessagesQuery } from './run-queries.ts';
import type { Span } from './waterfall.ts';

const exact = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

/** What is known about one bar: numbers, and what went in and came out. */
export function SpanDetail({ span, run }: { span: Span; run: Run }) {
  const messages = useQuery({ ...runMessagesQuery(run), ...(span.step ? {} : { enabled: false }) });
  // What a run died of was not stored as a step.
  const error = span.step ? span.step.error : span.state === 'failed' ? run.last_error : null;
  const texts = textsOf(span, messages.data ?? []);
  return (
    <div className="animate-fade-in border-border border-y bg-surface px-4 py-3.5 @min-[32rem]:px-5">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2.5 @min-[28.5rem]:grid-cols-4">
        {factsOf(span, run).map(({ label, value }) => (
          <div key={label} className="min-w-0">
            <dt className="text-2xs text-faint">{label}</dt>
            <dd className="break-words text-[0.8125rem] tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {error && (
        <p className="mt-3 rounded-lg bg-bad-soft px-3 py-2 text-bad text-xs">
          <span className="font-mono">{error.code}</span>
          <span className="mt-0.5 block break-words text-foreground">{error.message}</span>
        </p>
      )}
      {texts.map(({ label, text }) => (
        <TextBlock key={label} label={label} text={text} />
      ))}
    </div>
  );
}

export const TextBlock = ({ label, text }: { label: string; text: string }) => (
  <div className="mt-3">
    <div className="mb-1 flex items-center justify-between">
      <span className="text-2xs text-faint">{label}</span>
      <span className="-my-1">
        <CopyButton text={() => text} label={`Copy ${label.toLowerCase()}`} />
      </span>
    </div>
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      className="max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-lg border border-border bg-code px-3 py-2 font-mono text-xs leading-relaxed"
    >
      {text}
    </pre>
  </div>
);

function factsOf(span: Span, run: Run): { label: string; value: ReactNode }[] {
  const { step } = span;
  const start = new Date(Date.parse(run.created_at) + span.from);
  const facts: { label: string; value: ReactNode }[] = [
    { label: 'Began', value: exact.format(start) },
    { label: 'After acceptance', value: formatDuration(span.from) },
    { label: 'Took', value: formatDuration(span.to - span.from) },
  ];
  if (!step) {
    if (span.kind === 'queue') facts.push({ label: 'Lane', value: run.lane });
    return facts;
  }
  facts.push({ label: 'Attempt', value: step.attempt });
  if (span.kind === 'model') {
    facts.push({ label: 'Finish reason', value: step.finish_reason ?? '–' });
    if (span.firstToken !== null)
      facts.push({ label: 'First token', value: formatDuration(span.firstToken - span.from) });
  }
  if (step.usage) {
    const writing = span.firstToken === null ? 0 : span.to - span.firstToken;
    facts.push({
      label: 'Tokens',
      value: `${step.usage.prompt_tokens.toLocaleString('en')} in, ${step.usage.completion_tokens.toLocaleString('en')} out`,
    });
    if (writing > 50)
      facts.push({ label: 'Speed', value: `${Math.round((1000 * step.usage.completion_tokens) / writing)} tokens/s` });
  }
  if (step.tool_call_id)
    facts.push({ label: 'Call', value: <span className="font-mono text-xs">{step.tool_call_id}</span> });
  return facts;
}

/** What the step wrote, and what its tool was given. */
function textsOf({ step }: Span, messages: readonly Message[]): { label: string; text: string }[] {
  if (!step) return [];
  const texts: { label: string; text: string }[] = [];
  const add = (label: string, text: string) => {
    if (text !== '') texts.push({ label, text });
  };
  if (step.type === 'model_call') {
    const answer = messages.find(({ id }) => id === step.message_id);
    if (answer) add('Answer', textOf(answer.content));
    for (const call of answer?.tool_calls ?? []) add(`Calls ${call.name}`, JSON.stringify(call.arguments, null, 2));
  }
  if (step.tool_call_id !== null) {
    const call = messages.flatMap(({ tool_calls }) => tool_calls ?? []).find(({ id }) => id === step.tool_call_id);
    const result = messages.find(({ role, tool_call_id }) => role === 'tool' && tool_call_id === step.tool_call_id);
    if (call) add('Arguments', JSON.stringify(call.arguments, null, 2));
    if (result) add('Result', pretty(textOf(result.content)));
  }
  return texts;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
