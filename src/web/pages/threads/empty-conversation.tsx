import { useAui } from '@assistant-ui/react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { assistantQuery } from '../../api/assistants.ts';
import { Logo } from '../../app/logo.tsx';

const BY_TOOL: Readonly<Record<string, string>> = {
  calculator: 'What is 12*7?',
  current_time: 'What time is it in Tokyo?',
};

/** Before the first message: who will answer, and something to try. */
export function EmptyConversation({ assistantId }: { assistantId: string | undefined }) {
  const query = assistantQuery(assistantId ?? '');
  const { data: assistant } = useQuery(assistantId === undefined ? { ...query, queryFn: skipToken } : query);
  const aui = useAui();
  const tries = [
    ...(assistant?.tools ?? []).flatMap((tool) => (tool.type === 'builtin' ? (BY_TOOL[tool.name] ?? []) : [])),
    'What can you do?',
  ];
  return (
    <div className="grid min-h-full place-items-center py-10">
      <div className="max-w-md text-center">
        <Logo className="mx-auto mb-4 size-11" />
        <h2 className="font-semibold text-lg tracking-tight">{assistant?.name ?? 'Assistant'}</h2>
        <p className="mt-1 text-pretty text-soft text-sm">
          {assistant?.tools.length ? `Can use ${assistant.tools.map(nameOf).join(', ')}.` : 'Answers with words alone.'}{' '}
          Say something to begin.
        </p>
        <ul className="mt-6 flex flex-wrap justify-center gap-2">
          {tries.map((text) => (
            <li key={text}>
              <button
                type="button"
                className="rounded-full border border-border bg-raised px-3.5 py-1.5 text-[0.8125rem] text-soft shadow-xs transition-colors hover:border-strong-border hover:text-foreground"
                onClick={() => aui.thread.append(text)}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const nameOf = (tool: { type: string; name?: string; function?: { name: string } }): string =>
  (tool.name ?? tool.function?.name ?? tool.type).replaceAll('_', ' ');
