import { TriangleAlert, Unplug } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { isForbidden } from '../../api/api-error.ts';
import { Page } from '../../ui/page.tsx';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { BatchList } from './batch-list.tsx';
import { FailedRuns } from './failed-runs.tsx';
import { LaneCard } from './lane-card.tsx';
import { ProjectBacklogs } from './project-backlogs.tsx';
import type { Lane, QueueReport } from './queue-report.ts';
import { useQueueReport } from './use-queue-report.ts';
import { WorkerList } from './worker-list.tsx';

// The charts bring their library along; the numbers above them need not wait for it.
const HourCharts = lazy(() => import('./hour-charts.tsx').then(({ HourCharts }) => ({ default: HourCharts })));

/** For operators: what waits, what runs, who does it, and what went wrong. */
export function QueuesPage() {
  const report = useQueueReport();
  return (
    <Page title="Queues" description="What waits, what runs, and who does it." wide>
      <div className="space-y-8">
        {report.lost && report.data && (
          <Banner icon={<Unplug />}>
            The connection was lost; these numbers are of{' '}
            {new Date(report.data.generated_at).toLocaleTimeString('en', { hour12: false })}. Trying again…
          </Banner>
        )}
        {report.data ? (
          <Report report={report.data} />
        ) : report.error ? (
          <ErrorState error={report.error} onRetry={() => void report.refetch()} />
        ) : (
          <ReportSkeleton />
        )}
        <BatchList />
        {!isForbidden(report.error) && <FailedRuns />}
      </div>
    </Page>
  );
}

function Report({ report }: { report: QueueReport }) {
  const alive = report.workers.filter((worker) => worker.alive);
  const slotsOf = (lane: Lane) =>
    alive.reduce((total, { slots, draining }) => (draining ? total : total + slots[lane]), 0);
  const now = Date.parse(report.generated_at);
  return (
    <>
      {alive.length === 0 && (
        <Banner icon={<TriangleAlert />}>No worker is alive. Runs are accepted and wait until one starts.</Banner>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        {report.lanes.map((load) => (
          <LaneCard key={load.lane} load={load} slots={slotsOf(load.lane)} />
        ))}
      </div>
      {report.projects.length > 0 && <ProjectBacklogs backlogs={report.projects} />}
      <Suspense fallback={<Skeleton className="h-80 w-full rounded-xl" />}>
        <HourCharts report={report} />
      </Suspense>
      <WorkerList workers={report.workers} now={now} />
    </>
  );
}

const Banner = ({ icon, children }: { icon: ReactNode; children: ReactNode }) => (
  <div
    role="status"
    className="flex items-center gap-3 rounded-xl bg-warn-soft px-4 py-3 text-sm text-warn [&>svg]:size-4 [&>svg]:shrink-0"
  >
    {icon}
    <p>{children}</p>
  </div>
);

const ReportSkeleton = () => (
  <div role="status" aria-label="Loading" className="space-y-8">
    <div className="grid gap-4 md:grid-cols-2">
      <Skeleton className="h-44 w-full rounded-xl" />
      <Skeleton className="h-44 w-full rounded-xl" />
    </div>
    <Skeleton className="h-80 w-full rounded-xl" />
  </div>
);
