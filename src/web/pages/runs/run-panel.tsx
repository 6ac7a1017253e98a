import './trace.css';
import { useQuery } from '@tanstack/react-query';
import { CircleX } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { lazy, Suspense, useState } from 'react';
import { isOpen } from '../../api/runs.ts';
import { cn } from '../../ui/cn.ts';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunHeader } from './run-header.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { runQuery, runStepsQuery } from './run-queries.ts';
import { RunWaterfall } from './run-waterfall.tsx';
import { useNow } from './use-now.ts';

const RunEvents = lazy(() => import('./run-events.tsx').then(({ RunEvents }) => ({ default: RunEvents })));
const RunSettings = lazy(() => import('./run-settings.tsx').then(({ RunSettings }) => ({ default: RunSettings })));

const TABS = [
  { value: 'timeline', label: 'Timeline' },
  { value: 'events', label: 'Events' },
  { value: 'settings', label: 'Input and settings' },
] as const;
type Tab = (typeof TABS)[number]['value'];

/** All that a run did. It fills the place it is put in, and keeps itself up to date while the run goes on. */
export function RunPanel({ runId, onClose }: { runId: string; onClose: () => void }) {
  const run = useQuery(runQuery(runId));
  const [tab, setTab] = useState<Tab>('timeline');
  const now = useNow(run.data !== undefined && isOpen(run.data.status));

  if (run.isPending) return <PanelSkeleton />;
  if (run.error)
    return (
      <div className="relative h-full">
        <button
          type="button"
          onClick={onClose}
          aria-label="Close"
          className="absolute top-3 right-3 grid size-8 place-items-center rounded-lg text-soft hover:bg-muted"
        >
          <CircleX className="size-4" />
        </button>
        <ErrorState error={run.error} onRetry={() => void run.refetch()} />
      </div>
    );
  return (
    <section aria-label="Run" className="@container flex h-full min-h-0 flex-col bg-background">
      <RunHeader run={run.data} onClose={onClose} />
      <Tabs.Root value={tab} onValueChange={(value) => setTab(value as Tab)} className="flex min-h-0 flex-1 flex-col">
        <Tabs.List aria-label="Run" className="flex shrink-0 gap-5 border-border border-b px-4 @min-[32rem]:px-5">
          {TABS.map(({ value, label }) => (
            <Tabs.Trigger
              key={value}
              value={value}
              className="-mx-1 -mb-px h-10 rounded-t-md border-transparent px-1 border-b-2 font-medium text-[0.8125rem] text-soft -outline-offset-2 transition-colors hover:text-foreground data-[state=active]:border-accent data-[state=active]:text-foreground"
            >
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="timeline" className={cn(content, 'overflow-y-auto')}>
          <RunOutcome run={run.data} />
          <RunFacts run={run.data} now={now} />
          <Timeline runId={runId} now={now} />
        </Tabs.Content>
        <Tabs.Content value="events" className={content}>
          <Suspense fallback={<TabSkeleton />}>
            <RunEvents runId={runId} />
          </Suspense>
        </Tabs.Content>
        <Tabs.Content value="settings" className={cn(content, 'overflow-y-auto')}>
          <Suspense fallback={<TabSkeleton />}>
            <RunSettings run={run.data} />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
    </section>
  );
}

const content = 'min-h-0 flex-1 -outline-offset-2';

function Timeline({ runId, now }: { runId: string; now: number }) {
  const { data: run } = useQuery({ ...runQuery(runId), refetchInterval: false });
  const steps = useQuery({ ...runStepsQuery(run as NonNullable<typeof run>), enabled: run !== undefined });
  if (!run) return null;
  if (steps.error) return <ErrorState error={steps.error} onRetry={() => void steps.refetch()} />;
  if (!steps.data) return <TabSkeleton />;
  return <RunWaterfall run={run} steps={steps.data} now={now} />;
}

const TabSkeleton = () => (
  <div role="status" aria-label="Loading" className="space-y-3 p-5">
    <Skeleton className="h-5 w-full" />
    <Skeleton className="h-5 w-4/5" />
    <Skeleton className="h-5 w-3/5" />
  </div>
);

const PanelSkeleton = () => (
  <div role="status" aria-label="Loading" className="space-y-4 p-5">
    <Skeleton className="h-6 w-40" />
    <Skeleton className="h-4 w-64 max-w-full" />
    <Skeleton className="mt-8 h-20 w-full rounded-xl" />
    <Skeleton className="h-5 w-full" />
    <Skeleton className="h-5 w-4/5" />
    <Skeleton className="h-5 w-3/5" />
  </div>
);
