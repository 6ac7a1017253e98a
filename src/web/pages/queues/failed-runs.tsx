import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, RotateCw } from 'lucide-react';
import { sentenceOf } from '../../api/api-error.ts';
import { api, askPage } from '../../api/client.ts';
import type { Run } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/page.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { previewOf } from '../runs/preview-of.ts';
import { retryRun } from '../runs/retry-run.ts';
import { retriedAsQuery } from '../runs/run-queries.ts';

const SHOWN = 8;
const LOOK_MS = 5_000;

/** The newest runs that failed, each with what went wrong and a way to run it again. */
export function FailedRuns() {
  const client = useQueryClient();
  const failed = useQuery({
    queryKey: ['runs', 'failed'],
    queryFn: ({ signal }) =>
      askPage<Run>(api.GET('/runs', { params: { query: { status: 'failed', limit: SHOWN } }, signal })),
    refetchInterval: LOOK_MS,
  });
  const runs = failed.data?.items ?? [];
  // A run stays failed after it was submitted again: whether it was, the thread's later runs say.
  const retriedAs = useQueries({ queries: runs.map(retriedAsQuery) });
  const retry = useMutation({
    mutationFn: async (chosen: readonly Run[]) => {
      for (const run of chosen) client.setQueryData(retriedAsQuery(run).queryKey, await retryRun(run.run_id));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  });
  const left = runs.filter((_, index) => retriedAs[index]?.data === null);

  return (
    <section aria-label="Failed runs">
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="font-semibold text-[0.9375rem] tracking-tight">Failed runs</h2>
        {failed.data?.next && (
          <Link
            to="/runs"
            search={{ status: 'failed' }}
            className="text-accent text-sm underline-offset-2 hover:underline"
          >
            See all
          </Link>
        )}
        {left.length > 1 && (
          <Button size="sm" className="ml-auto" disabled={retry.isPending} onClick={() => retry.mutate(left)}>
            <RotateCw /> Retry these {left.length}
          </Button>
        )}
      </div>
      {retry.error && (
        <p role="alert" className="mb-3 text-bad text-sm">
          {sentenceOf(retry.error)}
        </p>
      )}
      <Card className="overflow-hidden">
        {failed.isPending ? (
          <div role="status" aria-label="Loading" className="space-y-3 p-4">
            <Skeleton className="h-5 w-2/3" />
            <Skeleton className="h-5 w-1/2" />
          </div>
        ) : failed.error && runs.length === 0 ? (
          <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        ) : runs.length === 0 ? (
          <EmptyState icon={CircleCheck} title="No run has failed">
            When one does, it is listed here with what went wrong.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-border">
            {runs.map((run, index) => (
              <li key={run.run_id} className="flex items-center gap-3 px-4 py-3">
                <div className="min-w-0 flex-1">
                  <Link
                    to="/runs"
                    search={{ run: run.run_id }}
                    className="block truncate font-medium text-[0.8125rem] hover:underline"
                  >
                    {previewOf(run)}
                  </Link>
                  <p className="mt-0.5 truncate text-bad text-xs" title={run.last_error?.message}>
                    {run.last_error?.message ?? 'No reason was recorded.'}
                  </p>
                </div>
                <RelativeTime
                  time={run.finished_at ?? run.created_at}
                  className="shrink-0 text-faint text-xs max-sm:hidden"
                />
                <RetryButton
                  to={retriedAs[index]?.data?.run_id ?? null}
                  busy={retry.isPending || retriedAs[index]?.isPending === true}
                  onRetry={() => retry.mutate([run])}
                  label={previewOf(run)}
                />
              </li>
            ))}
          </ul>
        )}
      </Card>
    </section>
  );
}

const RetryButton = ({
  to,
  busy,
  onRetry,
  label,
}: {
  to: string | null;
  busy: boolean;
  onRetry: () => void;
  label: string;
}) =>
  to === null ? (
    <Button size="sm" disabled={busy} onClick={onRetry} aria-label={`Retry: ${label}`}>
      <RotateCw /> Retry
    </Button>
  ) : (
    <Button asChild size="sm" variant="ghost">
      <Link to="/runs" search={{ run: to }}>
        See new run
      </Link>
    </Button>
  );
