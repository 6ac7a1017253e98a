import { skipToken, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Copy, History, MoreHorizontal, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { assistantQuery } from '../../api/assistants.ts';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { DeleteThreadDialog } from './delete-thread-dialog.tsx';
import { NameEditor } from './name-editor.tsx';

export function ConversationHeader({
  threadId,
  thread,
  panel,
}: {
  threadId: string;
  thread: Thread | null;
  panel: 'history' | 'run' | undefined;
}) {
  const navigate = useNavigate({ from: '/threads/$threadId' });
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { copy } = useThreadActions();
  const query = assistantQuery(thread?.assistant_id ?? '');
  const { data: assistant } = useQuery(thread ? query : { ...query, queryFn: skipToken });
  const toggleHistory = () =>
    void navigate({
      search: ({ panel: open, run: _, ...rest }) =>
        open === 'history' ? rest : { ...rest, panel: 'history' as const },
    });
  return (
    <header className="flex h-15 shrink-0 items-center gap-2 border-border border-b px-2 sm:px-5">
      <Button asChild variant="ghost" size="icon" className="md:hidden">
        <Link to="/threads" aria-label="All threads">
          <ArrowLeft />
        </Link>
      </Button>
      {renaming && thread ? (
        <NameEditor thread={thread} onDone={() => setRenaming(false)} />
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
      <Tooltip hint="History">
        <Button
          variant="ghost"
          size="icon"
          aria-label="History"
          aria-pressed={panel === 'history'}
          className={cn(panel === 'history' && 'bg-accent-soft text-accent')}
          onClick={toggleHistory}
        >
          <History />
        </Button>
      </Tooltip>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label="Thread actions" disabled={!thread}>
            <MoreHorizontal />
          </Button>
        }
      >
        <MenuItem onSelect={() => setRenaming(true)}>
          <Pencil /> Rename
        </MenuItem>
        <MenuItem
          onSelect={() =>
            copy.mutate(threadId, {
              onSuccess: (made) =>
                void navigate({ to: '/threads/$threadId', params: { threadId: made.thread_id }, search: {} }),
            })
          }
        >
          <Copy /> Copy thread
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 /> Delete…
        </MenuItem>
      </Menu>
      {thread && (
        <DeleteThreadDialog
          thread={thread}
          open={deleting}
          onOpenChange={setDeleting}
          onDeleted={() => void navigate({ to: '/threads', replace: true })}
        />
      )}
    </header>
  );
}
