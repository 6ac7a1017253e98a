import { queryOptions, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, ask } from '../../api/client.ts';
import { send } from '../../api/send.ts';
import { readEvents } from '../../conversation/read-events.ts';
import type { QueueReport } from './queue-report.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

export const queueReportQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }): Promise<QueueReport> => ask(api.GET('/ops/queues', { signal })),
});

/**
 * The report, kept up to date by the server while the page is in sight: a hidden tab lets its connection go, because a browser has few of them for each
 * server. After a lost connection it comes back by itself.
 */
export function useQueueReport(): UseQueryResult<QueueReport> & { readonly lost: boolean } {
  const client = useQueryClient();
  const report = useQuery(queueReportQuery);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let watching = new AbortController();
    const start = () => {
      watching.abort();
      watching = new AbortController();
      if (document.visibilityState === 'hidden') return;
      void watch(
        watching.signal,
        (next) => client.setQueryData(queueReportQuery.queryKey, next),
        (isLost) => setLost(isLost),
      );
    };
    start();
    document.addEventListener('visibilitychange', start);
    return () => {
      document.removeEventListener('visibilitychange', start);
      watching.abort();
    };
  }, [client]);
  return { ...report, lost };
}

/** Watches until it is aborted. Never rejects. */
async function watch(
  signal: AbortSignal,
  onReport: (report: QueueReport) => void,
  onLost: (lost: boolean) => void,
): Promise<void> {
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const response = await send('/ops/queues/stream', { signal, cache: 'no-store' });
      // Without the scope nothing is to be watched; the report itself says so.
      if (response.status === 403) return;
      if (response.ok)
        for await (const { event, data } of readEvents(response)) {
          if (event !== 'queues') continue;
          wait = FIRST_WAIT_MS;
          onLost(false);
          onReport(JSON.parse(data));
        }
    } catch {
      // Lost, or left: the loop knows which.
    }
    if (signal.aborted) return;
    onLost(true);
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}
