import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CirclePause, CirclePlay, Layers, Zap } from 'lucide-react';
import { useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { formatDuration } from '../../ui/format-time.ts';
import { Card } from '../../ui/page.tsx';
import { LANE_NAMES, type LaneLoad } from './queue-report.ts';
import { queueReportQuery } from './use-queue-report.ts';

/** A wait this long is worth a colour. */
const LONG_WAIT_MS = 10_000;

/** What waits and runs in one lane, and the switch that stops it. @param slots of all workers that are alive */
export function LaneCard({ load, slots }: { load: LaneLoad; slots: number }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const name = LANE_NAMES[load.lane];
  const change = useMutation({
    mutationFn: (paused: boolean) => {
      const params = { path: { lane: load.lane } };
      return ask(
        paused ? api.POST('/ops/lanes/{lane}/pause', { params }) : api.POST('/ops/lanes/{lane}/resume', { params }),
      );
    },
    onSuccess: ({ lane, paused }) =>
      client.setQueryData(queueReportQuery.queryKey, (report) =>
        report
          ? { ...report, lanes: report.lanes.map((other) => (other.lane === lane ? { ...other, paused } : other)) }
          : report,
      ),
    onSettled: () => setAsking(false),
  });
  const Icon = load.lane === 'batch' ? Layers : Zap;
  return (
    <Card className="p-4 sm:p-5">
      <div className="flex items-center gap-3">
        <span className="grid size-8 place-items-center rounded-lg bg-muted text-soft">
          <Icon className="size-4" aria-hidden />
        </span>
        <h2 className="font-semibold text-[0.9375rem] tracking-tight">{name}</h2>
        {load.paused && (
          <span className="rounded-full bg-warn-soft px-2 py-0.5 font-medium text-warn text-xs">Paused</span>
        )}
        <Button
          size="sm"
          className="ml-auto"
          variant={load.paused ? 'primary' : 'secondary'}
          disabled={change.isPending}
          aria-label={`${load.paused ? 'Resume' : 'Pause'} the ${load.lane} lane`}
          onClick={() => (load.paused ? change.mutate(false) : setAsking(true))}
        >
          {load.paused ? <CirclePlay /> : <CirclePause />}
          {load.paused ? 'Resume' : 'Pause'}
        </Button>
      </div>
      <dl className="mt-4 grid grid-cols-3 gap-3">
        <Figure label="Queued" value={load.queued.toLocaleString('en')} />
        <Figure label="Running" value={load.running.toLocaleString('en')} />
        <Figure
          label="Oldest wait"
          value={load.oldest_wait_ms === null ? '–' : formatDuration(load.oldest_wait_ms)}
          alert={(load.oldest_wait_ms ?? 0) > LONG_WAIT_MS}
        />
      </dl>
      <Slots running={load.running} slots={slots} />
      <p className={cn('mt-2 text-xs', load.dispatched === null ? 'text-warn' : 'text-faint')}>
        {load.dispatched === null
          ? 'Redis does not answer: no run starts until it is back. Nothing is lost.'
          : captionOf(load, slots)}
      </p>
      {change.error && (
        <p role="alert" className="mt-2 text-bad text-xs">
          {sentenceOf(change.error)}
        </p>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Pause the ${load.lane} lane?`}
        description="Workers start no further run of this lane; those under way go on. New runs are accepted and wait until you resume it."
        action="Pause lane"
        busy={change.isPending}
        onConfirm={() => change.mutate(true)}
      />
    </Card>
  );
}

const Figure = ({ label, value, alert = false }: { label: string; value: string; alert?: boolean }) => (
  <div className="min-w-0">
    <dt className="text-faint text-xs">{label}</dt>
    <dd className={cn('mt-0.5 truncate font-semibold text-2xl tabular-nums tracking-tight', alert && 'text-warn')}>
      {value}
    </dd>
  </div>
);

function Slots({ running, slots }: { running: number; slots: number }) {
  const share = slots === 0 ? 0 : Math.min(1, running / slots);
  return (
    <div aria-hidden className="mt-4 h-1.5 overflow-hidden rounded-full bg-muted">
      <div
        className={cn('h-full rounded-full transition-[width] duration-500', share > 0.9 ? 'bg-warn' : 'bg-accent')}
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}

/** How full the lane is, and what the queued runs wait for. */
function captionOf({ running, queued, dispatched, waiting }: LaneLoad, slots: number): string {
  const ready = Math.min(dispatched ?? 0, queued);
  const behind = Math.max(0, queued - ready - waiting);
  return [
    `${running.toLocaleString('en')} of ${slots.toLocaleString('en')} slots in use`,
    ready > 0 && `${ready.toLocaleString('en')} ready for a worker`,
    waiting > 0 && `${waiting.toLocaleString('en')} beyond the share of their project`,
    behind > 0 && `${behind.toLocaleString('en')} behind another run of the thread`,
  ]
    .filter(Boolean)
    .join(' · ');
}
