import { skipToken, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, History, MoreHorizontal } from 'lucide-react';
import { Suspense, useState } from 'react';
import { assistantQuery } from '../../api/assistants.ts';
import type { Thread } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { LazyNameEditor, LazyThreadMenu } from './lazy-parts.tsx';

export function ConversationHeader({ thread, panel }: { thread: Thread | null; panel: 'history' | 'run' | undefined }) {
  const navigate = useNavigate({ from: '/threads/$threadId' });
  const [renaming, setRenaming] = useState(false);
  const query = assistantQuery(thread?.assistant_id ?? '');
  const { data: assistant } = useQuery(thread ? query : { ...query, queryFn: skipToken });
  const toggleHistory = () =>
    void navigate({
      search: ({ panel: open, run: _, ...rest }) =>
        open === 'history' ? rest : { ...rest, panel: 'history' as const },
    });
  const menuButton = (
    <Button variant="ghost" size="icon" aria-label="Thread actions" disabled={!thread}>
      <MoreHorizontal />
    </Button>
  );
  return (
    <header className="flex h-15 shrink-0 items-center gap-2 border-border border-b px-2 sm:px-5">
      <Button asChild variant="ghost" size="icon" className="md:hidden">
        <Link to="/threads" aria-label="All threads">
          <ArrowLeft />
        </Link>
      </Button>
      {renaming && thread ? (
        <Suspense fallback={<div className="flex-1" />}>
          <LazyNameEditor thread={thread} onDone={() => setRenaming(false)} />
        </Suspense>
      ) : (
        <div className="min-w-0 flex-1">
          {thread ? (
            <>
              <h1 className="truncate font-semibold text-[0.9375rem] tracking-tight" title={thread.name}>
                <button
                  type="button"
                  className="max-w-full truncate rounded align-bottom hover:text-accent"
                  aria-label={`Rename: ${thread.name}`}
                  onClick={() => setRenaming(true)}
                >
                  {thread.name}
                </button>
              </h1>
              <p className="truncate text-faint text-xs">{assistant?.name ?? ' '}</p>
            </>
          ) : (
            <div className="space-y-1.5">
              <Skeleton className="h-4 w-44" />
              <Skeleton className="h-3 w-24" />
            </div>
          )}
        </div>
      )}
      <IconButton
        label="History"
        size="icon"
        aria-pressed={panel === 'history'}
        className={cn(panel === 'history' && 'bg-accent-soft text-accent')}
        onClick={toggleHistory}
      >
        <History />
      </IconButton>
      {thread ? (
        <Suspense fallback={menuButton}>
          <LazyThreadMenu
            thread={thread}
            trigger={menuButton}
            onRename={() => setRenaming(true)}
            onDeleted={() => void navigate({ to: '/threads', replace: true })}
          />
        </Suspense>
      ) : (
        menuButton
      )}
    </header>
  );
}
