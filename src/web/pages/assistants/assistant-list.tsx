import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bot, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import { assistantsQuery } from '../../api/assistants.ts';
import type { Assistant } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Input } from '../../ui/field.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';

/** A list this long gets a search field. */
const MANY = 8;

export function AssistantList({ chosen }: { chosen: string | null }) {
  const assistants = useQuery(assistantsQuery);
  const [search, setSearch] = useState('');
  const all = assistants.data ?? [];
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(({ name, model }) => `${name} ${model}`.toLowerCase().includes(wanted));
  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center justify-between gap-2 px-4 pt-4 pb-3">
        <h1 className="font-semibold text-lg tracking-tight">Assistants</h1>
        <Tooltip hint="New assistant">
          <Button asChild variant="primary" size="icon" aria-label="New assistant">
            <Link to="/assistants" search={{ assistant: 'new' }}>
              <Plus />
            </Link>
          </Button>
        </Tooltip>
      </div>
      {all.length >= MANY && (
        <search className="px-3 pb-3">
          <Input
            type="text"
            aria-label="Search assistants by name or model"
            placeholder="Search by name or model"
            className="bg-raised"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        </search>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {assistants.isPending && <ListSkeleton />}
        {assistants.isError && all.length === 0 && (
          <ErrorState error={assistants.error} onRetry={() => void assistants.refetch()} />
        )}
        {assistants.isSuccess && all.length === 0 && (
          <EmptyState icon={Bot} title="No assistants yet">
            An assistant is a model with instructions and tools under one name. Make the first one with the plus above.
          </EmptyState>
        )}
        {all.length > 0 && shown.length === 0 && <EmptyState icon={SearchX} title="Nothing found" />}
        <ul className="space-y-0.5">
          {shown.map((assistant) => (
            <li key={assistant.assistant_id}>
              <Row assistant={assistant} isOpen={assistant.assistant_id === chosen} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const Row = ({ assistant, isOpen }: { assistant: Assistant; isOpen: boolean }) => (
  <Link
    to="/assistants"
    search={{ assistant: assistant.assistant_id }}
    aria-current={isOpen ? 'true' : undefined}
    className={cn(
      'flex flex-col gap-0.5 rounded-lg px-3 py-2.5 -outline-offset-2 transition-colors hover:bg-muted',
      isOpen && 'bg-accent-soft hover:bg-accent-soft',
    )}
  >
    <span className="flex items-baseline gap-2">
      <span className="min-w-0 flex-1 truncate font-medium text-[0.8125rem]">{assistant.name}</span>
      <RelativeTime time={assistant.updated_at} className="shrink-0 text-faint text-xs tabular-nums" />
    </span>
    <span className="flex gap-1.5 text-faint text-xs">
      <span className="min-w-0 truncate">{assistant.model}</span>
      <span aria-hidden>·</span>
      <span className="shrink-0">{toolsOf(assistant)}</span>
      <span className="ml-auto shrink-0 tabular-nums">v{assistant.version}</span>
    </span>
  </Link>
);

const toolsOf = ({ tools }: Assistant): string =>
  tools.length === 0 ? 'no tools' : tools.length === 1 ? '1 tool' : `${tools.length} tools`;

const ListSkeleton = () => (
  <div role="status" aria-label="Loading assistants">
    {['w-2/3', 'w-1/2', 'w-3/5'].map((width) => (
      <div key={width} className="space-y-2 px-3 py-3">
        <Skeleton className={cn('h-3.5', width)} />
        <Skeleton className="h-3 w-1/3" />
      </div>
    ))}
  </div>
);
