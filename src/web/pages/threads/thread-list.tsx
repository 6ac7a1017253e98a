import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { MessagesSquare, Plus, Search, SearchX, X } from 'lucide-react';
import { Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { mergeThreads } from '../../api/merge-threads.ts';
import { threadHeadQuery, threadPagesQuery } from '../../api/threads.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/field.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { LazyNewThreadDialog } from './lazy-parts.tsx';
import { ThreadRow } from './thread-row.tsx';

const ROW_HEIGHT = 68;

/** All threads, however many: a page is read when its end comes near, and only rows in view are drawn. */
export function ThreadList() {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const [creating, setCreating] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);

  const pages = useInfiniteQuery(threadPagesQuery(search));
  const head = useQuery(threadHeadQuery(search));
  const threads = useMemo(() => mergeThreads(head.data, pages.data?.pages ?? []), [head.data, pages.data]);
  const rows = useVirtualizer({
    count: threads.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => threads[index]?.thread_id ?? index,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= threads.length - 12) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, threads.length]);

  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center justify-between gap-2 px-4 pt-4 pb-3">
        <h1 className="font-semibold text-lg tracking-tight">Threads</h1>
        <Tooltip hint="New thread">
          <Button variant="primary" size="icon" aria-label="New thread" onClick={() => setCreating(true)}>
            <Plus />
          </Button>
        </Tooltip>
      </div>
      <search className="relative px-3 pb-3">
        <Search className="pointer-events-none absolute top-2.5 left-5.5 size-4 text-faint" aria-hidden />
        <Input
          type="text"
          aria-label="Search threads by name"
          placeholder="Search by name"
          maxLength={200}
          className="bg-raised pr-9 pl-8.5"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setTyped('')}
        />
        {typed !== '' && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Clear search"
            className="absolute top-1 right-4"
            onClick={() => setTyped('')}
          >
            <X />
          </Button>
        )}
      </search>
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {pages.isPending && <RowSkeletons />}
        {pages.isError && threads.length === 0 && (
          <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
        )}
        {pages.isSuccess && threads.length === 0 && search === '' && (
          <EmptyState icon={MessagesSquare} title="No threads yet">
            A thread keeps a conversation with an assistant, step by step. Start the first one with the plus above.
          </EmptyState>
        )}
        {pages.isSuccess && threads.length === 0 && search !== '' && (
          <EmptyState icon={SearchX} title="Nothing found">
            No thread has “{search}” in its name.
          </EmptyState>
        )}
        <ul
          className="relative"
          style={{ height: rows.getTotalSize() }}
          aria-label="Threads, most recently updated first"
        >
          {items.map(({ index, key, start }) => {
            const thread = threads[index];
            return (
              thread && (
                <li
                  key={key}
                  className="absolute inset-x-0 top-0"
                  style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
                >
                  <ThreadRow thread={thread} />
                </li>
              )
            );
          })}
        </ul>
        {isFetchingNextPage && <RowSkeletons count={2} />}
      </div>
      {creating && (
        <Suspense>
          <LazyNewThreadDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </div>
  );
}

const RowSkeletons = ({ count = 7 }: { count?: number }) => (
  <div role="status" aria-label="Loading threads">
    {Array.from({ length: count }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
      <div key={index} className="space-y-2 px-3 py-3">
        <Skeleton className="h-3.5 w-2/3" />
        <Skeleton className="h-3 w-full" />
      </div>
    ))}
  </div>
);
