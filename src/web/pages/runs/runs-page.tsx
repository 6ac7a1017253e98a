import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { SidePanel, useRoomBeside } from '../../ui/side-panel.tsx';
import { PageSkeleton } from '../../ui/states.tsx';
import { RunFilterBar } from './run-filter-bar.tsx';
import { RunList } from './run-list.tsx';
import { type RunFilters, readRunsSearch } from './runs-search.ts';

const RunPanel = lazy(() => import('./run-panel.tsx').then(({ RunPanel }) => ({ default: RunPanel })));

/** Runs across all threads, with one of them open beside the list; at phone width over it. */
export function RunsPage() {
  const { run, ...filters } = readRunsSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [live, setLive] = useState(true);
  const isWide = useRoomBeside();
  const setFilters = (next: RunFilters) =>
    void navigate({ to: '/runs', search: { ...clean(next), ...(run ? { run } : {}) }, replace: true });
  const openRun = (next: string | null) =>
    void navigate({
      to: '/runs',
      search: { ...clean(filters), ...(next ? { run: next } : {}) },
      replace: run !== undefined && next !== null,
    });
  const opened = useRef<string | null>(null);
  useEffect(() => {
    // The button that closed it is gone: the focus goes back to where the run was opened.
    if (run === undefined && opened.current !== null && document.activeElement === document.body)
      document.querySelector<HTMLElement>(`[data-run="${opened.current}"] button`)?.focus();
    opened.current = run ?? null;
  }, [run]);
  const panel = run && (
    <Suspense fallback={<PageSkeleton />}>
      <RunPanel key={run} runId={run} onClose={() => openRun(null)} />
    </Suspense>
  );

  return (
    <div className="flex h-full">
      <main
        id="content"
        tabIndex={-1}
        inert={run !== undefined && !isWide}
        className="flex h-full min-w-0 flex-1 flex-col outline-none"
      >
        <header className="flex shrink-0 items-start justify-between gap-4 px-4 pt-6 sm:px-8 sm:pt-8">
          <div className="min-w-0">
            <h1 className="font-semibold text-xl tracking-tight">Runs</h1>
            <p className="mt-1 text-soft text-sm">Every run, across all threads.</p>
          </div>
          <Button size="sm" aria-pressed={live} onClick={() => setLive(!live)}>
            <span
              aria-hidden
              className={cn('size-2 rounded-full', live ? 'animate-breathe bg-good' : 'bg-strong-border')}
            />
            {live ? 'Live' : 'Paused'}
          </Button>
        </header>
        <RunFilterBar filters={filters} onChange={setFilters} />
        <RunList
          filters={filters}
          live={live}
          chosen={run ?? null}
          narrow={run !== undefined && isWide}
          onChoose={openRun}
          onClear={() => setFilters({})}
        />
      </main>
      {panel && (
        <SidePanel label="Details" className="lg:w-[34rem] 2xl:w-[42rem]" onClose={() => openRun(null)}>
          {panel}
        </SidePanel>
      )}
    </div>
  );
}

/** Without what is not set, so that it does not stand in the address. */
const clean = (filters: RunFilters) => readRunsSearch({ ...filters });
