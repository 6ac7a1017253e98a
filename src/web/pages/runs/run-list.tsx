import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Activity, ArrowUp, SearchX } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { assistantsQuery } from '../../api/assistants.ts';
import { isOpen } from '../../api/runs.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { useMedia } from '../../ui/use-media.ts';
import { LIVE_PAGES, runPagesQuery } from './run-queries.ts';
import { columns, RunRow } from './run-row.tsx';
import type { RunFilters } from './runs-search.ts';
import { useNow } from './use-now.ts';
import { useStillRows } from './use-still-rows.ts';

/** The list itself: only the rows in sight are drawn, and the next page is read when its end comes near. */
export function RunList({
  filters,
  live,
  chosen,
  narrow,
  onChoose,
  onClear,
}: {
  filters: RunFilters;
  live: boolean;
  chosen: string | null;
  /** A run is open beside it: fewer columns. */
  narrow: boolean;
  onChoose: (runId: string) => void;
  onClear: () => void;
}) {
  const client = useQueryClient();
  const pages = useInfiniteQuery({ ...runPagesQuery(filters, live), placeholderData: (before) => before });
  const assistants = useQuery(assistantsQuery);
  const runs = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const names = useMemo(
    () => new Map(assistants.data?.map(({ assistant_id, name }) => [assistant_id, name])),
    [assistants.data],
  );
  const now = useNow(
    runs.some(({ status }) => isOpen(status)),
    1000,
  );
  const isPhone = useMedia('(max-width: 39.99rem)');
  const box = useRef<HTMLDivElement>(null);
  const height = isPhone ? 84 : 60;
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (index) => runs[index]?.run_id ?? index,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row of another height must be measured again
  useEffect(() => virtual.measure(), [height]);
  useStillRows(box, runs, height);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetching } = pages;
  useEffect(() => {
    // A page that is asked for while the list is being read again would end that reading.
    if (hasNextPage && !isFetchingNextPage && !isFetching && last >= runs.length - 10) void fetchNextPage();
  }, [last, runs.length, hasNextPage, isFetchingNextPage, isFetching, fetchNextPage]);

  const step = (by: number) => {
    const next = runs[Math.min(runs.length - 1, Math.max(0, runs.findIndex(({ run_id }) => run_id === chosen) + by))];
    if (!next) return;
    onChoose(next.run_id);
    virtual.scrollToIndex(runs.indexOf(next));
    // It is drawn already: more rows than those in sight are.
    box.current?.querySelector<HTMLElement>(`[data-run="${next.run_id}"] button`)?.focus();
  };
  const backToNewest = () => {
    client.setQueryData(runPagesQuery(filters, live).queryKey, (data) =>
      data ? { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) } : data,
    );
    box.current?.scrollTo(0, 0);
  };

  if (pages.error && runs.length === 0) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <ListSkeleton />;
  if (runs.length === 0)
    return Object.keys(filters).length > 0 ? (
      <EmptyState icon={SearchX} title="No run matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
        {live ? 'When one does, it appears here.' : 'Try other filters.'}
      </EmptyState>
    ) : (
      <EmptyState
        icon={Activity}
        title="No runs yet"
        action={
          <Button asChild variant="primary">
            <Link to="/threads">Open a thread</Link>
          </Button>
        }
      >
        Each message that is answered is a run. Send one in a thread, or with POST /runs.
      </EmptyState>
    );
  return (
    <>
      <div
        aria-hidden
        className={cn(
          columns(narrow),
          'hidden h-9 shrink-0 border-border border-b bg-surface font-medium text-faint text-xs sm:grid',
        )}
      >
        <span>Status</span>
        <span>Run</span>
        {!narrow && <span className="text-right">Waited</span>}
        <span className="text-right">Ran</span>
        {!narrow && <span className="text-right max-lg:hidden">Tokens</span>}
        <span className="text-right">Accepted</span>
      </div>
      <div
        ref={box}
        className={cn('min-h-0 flex-1 overflow-y-auto transition-opacity', pages.isPlaceholderData && 'opacity-60')}
      >
        <ul aria-label="Runs" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const run = runs[item.index];
            return (
              run && (
                <li
                  key={item.key}
                  data-run={run.run_id}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                >
                  <RunRow
                    run={run}
                    assistant={names.get(run.assistant_id)}
                    now={now}
                    chosen={run.run_id === chosen}
                    narrow={narrow}
                    onChoose={onChoose}
                    onStep={step}
                  />
                </li>
              )
            );
          })}
        </ul>
        {pages.isFetchingNextPage && <p className="py-4 text-center text-faint text-xs">Loading older runs…</p>}
        {live && (pages.data?.pages.length ?? 0) > LIVE_PAGES && (
          <Button
            size="sm"
            className="sticky bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-pop"
            onClick={backToNewest}
          >
            <ArrowUp /> Back to the newest
          </Button>
        )}
      </div>
    </>
  );
}

const ListSkeleton = () => (
  <div role="status" aria-label="Loading" className="space-y-5 px-4 py-5 sm:px-8">
    {['w-3/4', 'w-1/2', 'w-2/3', 'w-3/5', 'w-1/2', 'w-2/3'].map((width, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: these never change
      <div key={index} className="flex items-center gap-6">
        <Skeleton className="h-5 w-24 rounded-full" />
        <Skeleton className={cn('h-5', width)} />
      </div>
    ))}
  </div>
);
