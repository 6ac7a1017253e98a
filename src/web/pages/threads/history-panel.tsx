import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { History, X } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { growHistory, historyQuery } from '../../api/history.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { CheckpointRow } from './checkpoint-row.tsx';

/** How often new steps are looked for while an answer is written. */
const LOOK_MS = 1_500;

/** Every step of the thread, newest first. Choosing one shows the thread as it was. */
export function HistoryPanel({
  threadId,
  selected,
  busy,
  onClose,
}: {
  threadId: string;
  selected: string | undefined;
  busy: boolean;
  onClose: () => void;
}) {
  const history = useInfiniteQuery(historyQuery(threadId));
  const client = useQueryClient();
  useEffect(() => {
    const grow = () => void growHistory(client, threadId);
    grow();
    if (!busy) return;
    const timer = setInterval(grow, LOOK_MS);
    return () => clearInterval(timer);
  }, [client, threadId, busy]);
  const checkpoints = useMemo(() => history.data?.pages.flatMap(({ items }) => items) ?? [], [history.data]);
  const shown = selected ?? checkpoints[0]?.checkpoint.checkpoint_id;
  /** The steps that led to what is shown; the others are on other branches. */
  const path = useMemo(() => {
    const parents = new Map(
      checkpoints.map((state) => [state.checkpoint.checkpoint_id, state.parent_checkpoint?.checkpoint_id]),
    );
    const ids = new Set<string>();
    for (let id = shown; id !== undefined && !ids.has(id); id = parents.get(id)) ids.add(id);
    return ids;
  }, [checkpoints, shown]);

  return (
    <div className="flex h-full flex-col">
      <header className="flex h-15 shrink-0 items-center justify-between border-border border-b pr-2 pl-4 sm:pl-5">
        <div>
          <h2 className="font-semibold text-[0.9375rem] tracking-tight">History</h2>
          <p className="text-faint text-xs">Every step, on all branches. Choose one to see it.</p>
        </div>
        <Button variant="ghost" size="icon" aria-label="Close history" onClick={onClose}>
          <X />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-3 py-3">
        {history.isPending && (
          <div role="status" aria-label="Loading the history" className="space-y-3 p-2">
            {['a', 'b', 'c', 'd', 'e'].map((key) => (
              <Skeleton key={key} className="h-14 w-full rounded-lg" />
            ))}
          </div>
        )}
        {history.isError && <ErrorState error={history.error} onRetry={() => void history.refetch()} />}
        {history.isSuccess && checkpoints.length === 0 && (
          <EmptyState icon={History} title="No steps yet">
            Each message and each answer becomes a step you can come back to.
          </EmptyState>
        )}
        <ol>
          {checkpoints.map((state, index) => (
            <CheckpointRow
              key={state.checkpoint.checkpoint_id}
              threadId={threadId}
              state={state}
              isHead={index === 0}
              isSelected={state.checkpoint.checkpoint_id === selected}
              onPath={path.has(state.checkpoint.checkpoint_id)}
              isLast={index === checkpoints.length - 1 && !history.hasNextPage}
            />
          ))}
        </ol>
        {history.hasNextPage && (
          <Button
            size="sm"
            variant="ghost"
            className="mt-1 w-full"
            disabled={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            {history.isFetchingNextPage ? 'Loading…' : 'Show earlier steps'}
          </Button>
        )}
      </div>
    </div>
  );
}
