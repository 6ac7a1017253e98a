import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleStop, MessageSquareText, RotateCw, X } from 'lucide-react';
import { sentenceOf } from '../../api/api-error.ts';
import { assistantsQuery } from '../../api/assistants.ts';
import { cancelRun, isOpen, retryOf } from '../../api/runs.ts';
import { threadQuery } from '../../api/threads.ts';
import type { Run } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { RunBadge } from '../../ui/status.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { previewOf } from './preview-of.ts';
import { retryRun } from './retry-run.ts';
import { isRetryable, retriedAsQuery, runQuery } from './run-queries.ts';

/** Which run this is, and what can be done with it. */
export function RunHeader({ run, onClose }: { run: Run; onClose: () => void }) {
  const client = useQueryClient();
  const thread = useQuery({ ...threadQuery(run.thread_id), staleTime: 60_000 });
  const assistants = useQuery(assistantsQuery);
  const assistant = assistants.data?.find(({ assistant_id }) => assistant_id === run.assistant_id);
  const refresh = () => client.invalidateQueries({ queryKey: ['runs'] });
  const cancel = useMutation({
    mutationFn: () => cancelRun(run.run_id),
    onMutate: () =>
      client.setQueryData(runQuery(run.run_id).queryKey, (known) =>
        known && isOpen(known.status) ? { ...known, status: 'cancelling' as const } : known,
      ),
    onSettled: refresh,
  });
  const retriedAs = useQuery(retriedAsQuery(run));
  const retry = useMutation({
    mutationFn: () => retryRun(run.run_id),
    onSuccess: (made) => {
      client.setQueryData(retriedAsQuery(run).queryKey, made);
      return refresh();
    },
  });
  const before = retryOf(run);
  const problem = cancel.error ?? retry.error;
  const open = isOpen(run.status);

  return (
    <header className="shrink-0 border-border border-b px-4 pt-3.5 pb-4 @min-[32rem]:px-5">
      <div className="flex items-center gap-2">
        <RunBadge status={run.status} />
        <span className="truncate font-mono text-faint text-xs" title={run.run_id}>
          {run.run_id.slice(0, 8)}…{run.run_id.slice(-4)}
        </span>
        <span className="-ml-1">
          <CopyButton text={() => run.run_id} label="Copy run id" />
        </span>
        <div className="ml-auto flex items-center gap-1">
          {open && (
            <Button
              size="sm"
              disabled={cancel.isPending || run.status === 'cancelling'}
              onClick={() => cancel.mutate()}
            >
              <CircleStop /> {run.status === 'cancelling' ? 'Stopping…' : 'Cancel'}
            </Button>
          )}
          {isRetryable(run) && !retriedAs.data && (
            <Button size="sm" disabled={retry.isPending || retriedAs.isPending} onClick={() => retry.mutate()}>
              <RotateCw /> Retry
            </Button>
          )}
          <Tooltip hint="Open the thread">
            <Button asChild variant="ghost" size="icon" aria-label="Open the thread">
              <Link to="/threads/$threadId" params={{ threadId: run.thread_id }}>
                <MessageSquareText />
              </Link>
            </Button>
          </Tooltip>
          <Button variant="ghost" size="icon" aria-label="Close" onClick={onClose}>
            <X />
          </Button>
        </div>
      </div>
      <h2 className="mt-2 line-clamp-2 break-words font-semibold text-[0.9375rem] tracking-tight">{previewOf(run)}</h2>
      <p className="mt-1 flex min-w-0 flex-wrap items-center gap-x-1.5 text-soft text-xs">
        <span className="max-w-56 truncate">{assistant?.name ?? 'A deleted assistant'}</span>
        <span aria-hidden className="text-faint">
          ·
        </span>
        <span className="max-w-56 truncate">{thread.data?.name ?? 'Thread'}</span>
        <span aria-hidden className="text-faint">
          ·
        </span>
        <RelativeTime time={run.created_at} />
      </p>
      {problem && (
        <p role="alert" className="mt-2 text-bad text-xs">
          {sentenceOf(problem)}
        </p>
      )}
      {before !== null && (
        <p className="mt-2 text-soft text-xs">
          Submitted again after{' '}
          <Link to="/runs" search={{ run: before }} className={link}>
            an earlier run
          </Link>{' '}
          that did not complete.
        </p>
      )}
      {retriedAs.data && (
        <p role="status" className="mt-2 text-good text-xs">
          Submitted again as a new run.{' '}
          <Link to="/runs" search={{ run: retriedAs.data.run_id }} className={link}>
            Open it
          </Link>
        </p>
      )}
    </header>
  );
}

const link = 'font-medium underline underline-offset-2';
