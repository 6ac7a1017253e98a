import { ServerOff } from 'lucide-react';
import { cn } from '../../ui/cn.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { Card } from '../../ui/page.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import type { WorkerState } from './queue-report.ts';

const columns = 'sm:grid sm:grid-cols-[minmax(0,1fr)_9rem_6rem_7rem] sm:items-center sm:gap-4';

/** Who does the work: their slots, and who was not seen lately. @param now when the report was made, milliseconds since 1970 */
export function WorkerList({ workers, now }: { workers: readonly WorkerState[]; now: number }) {
  const alive = workers.filter((worker) => worker.alive).length;
  return (
    <section aria-label="Workers">
      <h2 className="mb-3 font-semibold text-[0.9375rem] tracking-tight">
        Workers <span className="ml-1 font-normal text-faint text-sm">{alive} alive</span>
      </h2>
      <Card className="overflow-hidden">
        {workers.length === 0 ? (
          <EmptyState icon={ServerOff} title="No worker was seen in the last day">
            Runs are accepted and wait. Start one with npm run worker.
          </EmptyState>
        ) : (
          <>
            <div
              aria-hidden
              className={cn(
                columns,
                'hidden h-9 border-border border-b bg-surface px-4 font-medium text-faint text-xs',
              )}
            >
              <span>Worker</span>
              <span>Slots in use</span>
              <span className="text-right">Up</span>
              <span className="text-right">Last seen</span>
            </div>
            <ul className="divide-y divide-border">
              {workers.map((worker) => (
                <WorkerRow key={worker.worker_id} worker={worker} now={now} />
              ))}
            </ul>
          </>
        )}
      </Card>
    </section>
  );
}

function WorkerRow({ worker, now }: { worker: WorkerState; now: number }) {
  const slots = worker.slots.interactive + worker.slots.batch;
  const up = Math.max(0, (worker.alive ? now : Date.parse(worker.seen_at)) - Date.parse(worker.started_at));
  return (
    <li className={cn(columns, 'px-4 py-3', !worker.alive && 'text-faint')}>
      <span className="flex min-w-0 items-center gap-2.5">
        <span
          role="img"
          aria-label={worker.alive ? 'Alive' : 'Not seen lately'}
          className={cn('size-2 shrink-0 rounded-full', worker.alive ? 'bg-good' : 'bg-strong-border')}
        />
        <span className="truncate font-mono text-xs" title={worker.worker_id}>
          {worker.worker_id}
        </span>
        {worker.draining && <span className="shrink-0 text-soft text-xs">draining</span>}
      </span>
      <span className="mt-2 flex items-center gap-2.5 pl-4.5 sm:mt-0 sm:pl-0">
        <span className="h-1.5 w-16 overflow-hidden rounded-full bg-muted" aria-hidden>
          <span
            className="block h-full rounded-full bg-accent"
            style={{ width: `${slots === 0 || !worker.alive ? 0 : (100 * worker.running) / slots}%` }}
          />
        </span>
        <span
          className="text-xs tabular-nums"
          title={`${worker.slots.interactive} interactive, ${worker.slots.batch} batch`}
        >
          {worker.alive ? worker.running : 0} of {slots}
        </span>
      </span>
      <span className="hidden text-right text-soft text-xs tabular-nums sm:block">{formatUp(up)}</span>
      <RelativeTime time={worker.seen_at} className="hidden text-right text-faint text-xs sm:block" />
    </li>
  );
}

/** "42 s", "3 h 5 min", "2 d 4 h": a coarse duration. */
function formatUp(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return formatDuration(Math.floor(ms / 1000) * 1000).replace(/\.\d+/, '');
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
