import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleStop, RotateCw } from 'lucide-react';
import { sentenceOf } from '../../api/api-error.ts';
import { api, ask, askPage } from '../../api/client.ts';
import type { Batch } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Card } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { failedOf, inWords, partsOf } from './batch-progress.ts';

const SHOWN = 5;
const LOOK_MS = 2_000;
const REST_MS = 15_000;

const isOpen = ({ status }: Batch): boolean =>
  status === 'uploading' || status === 'in_progress' || status === 'cancelling';

/** The newest batches of the project and how far they are; nothing where there was never one. */
export function BatchList() {
  const batches = useQuery({
    queryKey: ['batches'],
    queryFn: ({ signal }) => askPage<Batch>(api.GET('/batches', { params: { query: { limit: SHOWN } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(isOpen) ? LOOK_MS : REST_MS),
  });
  const items = batches.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label="Batches">
      <h2 className="mb-3 font-semibold text-[0.9375rem] tracking-tight">Batches</h2>
      <Card className="overflow-hidden">
        <ul className="divide-y divide-border">
          {items.map((batch) => (
            <BatchRow key={batch.batch_id} batch={batch} />
          ))}
        </ul>
      </Card>
    </section>
  );
}

function BatchRow({ batch }: { batch: Batch }) {
  const client = useQueryClient();
  const name = batch.name ?? batch.batch_id;
  const params = { path: { batch_id: batch.batch_id } };
  const change = useMutation({
    mutationFn: (action: 'cancel' | 'retry') =>
      ask(
        action === 'cancel'
          ? api.POST('/batches/{batch_id}/cancel', { params })
          : api.POST('/batches/{batch_id}/retry_failed', { params }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['batches'] }),
  });
  const mayRetry = !isOpen(batch) && failedOf(batch) > 0;
  return (
    <li className="px-4 py-3">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate font-medium text-[0.8125rem]" title={batch.batch_id}>
          {name}
        </span>
        <RelativeTime time={batch.created_at} className="shrink-0 text-faint text-xs max-sm:hidden" />
        {isOpen(batch) && batch.status !== 'cancelling' && (
          <Button
            size="sm"
            disabled={change.isPending}
            onClick={() => change.mutate('cancel')}
            aria-label={`Cancel batch ${name}`}
          >
            <CircleStop /> Cancel
          </Button>
        )}
        {mayRetry && (
          <Button
            size="sm"
            disabled={change.isPending}
            onClick={() => change.mutate('retry')}
            aria-label={`Retry what failed of batch ${name}`}
          >
            <RotateCw /> Retry {failedOf(batch).toLocaleString('en')}
          </Button>
        )}
      </div>
      <div aria-hidden className="mt-2 flex h-1.5 overflow-hidden rounded-full bg-muted">
        {partsOf(batch).map(({ tone, share }) => (
          <div
            key={tone}
            className={cn('h-full transition-[width] duration-500', TONES[tone])}
            style={{ width: `${share * 100}%` }}
          />
        ))}
      </div>
      <p className="mt-1.5 text-faint text-xs tabular-nums">{inWords(batch)}</p>
      {change.error && (
        <p role="alert" className="mt-1.5 text-bad text-xs">
          {sentenceOf(change.error)}
        </p>
      )}
    </li>
  );
}

const TONES = { completed: 'bg-good', failed: 'bg-bad', stopped: 'bg-strong-border', running: 'bg-accent' } as const;
