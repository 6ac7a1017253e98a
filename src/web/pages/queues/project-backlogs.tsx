import { useMutation, useQueryClient } from '@tanstack/react-query';
import { sentenceOf } from '../../api/api-error.ts';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/page.tsx';
import { LANE_NAMES, type ProjectBacklog } from './queue-report.ts';
import { queueReportQuery } from './use-queue-report.ts';

/** Whose runs wait because their project has its share of the queue, the most first. One switch holds a project back while others go on. */
export function ProjectBacklogs({ backlogs }: { backlogs: readonly ProjectBacklog[] }) {
  return (
    <section aria-label="Waiting by project">
      <h2 className="mb-3 font-semibold text-[0.9375rem] tracking-tight">
        Waiting by project{' '}
        <span className="ml-1 font-normal text-faint text-sm">each project has a share of the queue</span>
      </h2>
      <Card className="overflow-hidden">
        <ul className="divide-y divide-border">
          {backlogs.map((backlog) => (
            <BacklogRow key={`${backlog.lane} ${backlog.project_id}`} backlog={backlog} />
          ))}
        </ul>
      </Card>
    </section>
  );
}

function BacklogRow({ backlog: { project_id, name, lane, waiting, paused } }: { backlog: ProjectBacklog }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (pause: boolean) => {
      const params = { path: { project_id } };
      return ask(
        pause
          ? api.POST('/ops/projects/{project_id}/pause', { params })
          : api.POST('/ops/projects/{project_id}/resume', { params }),
      );
    },
    onSuccess: ({ paused_at }) =>
      client.setQueryData(queueReportQuery.queryKey, (report) =>
        report
          ? {
              ...report,
              projects: report.projects.map((other) =>
                other.project_id === project_id ? { ...other, paused: paused_at !== null } : other,
              ),
            }
          : report,
      ),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-40 truncate text-sm" title={project_id}>
        {name ?? project_id}
      </span>
      {paused && <span className="rounded-full bg-warn-soft px-2 py-0.5 font-medium text-warn text-xs">Paused</span>}
      <span className="text-soft text-xs">{LANE_NAMES[lane]}</span>
      <span className="text-right text-sm tabular-nums sm:w-28">{waiting.toLocaleString('en')} waiting</span>
      <Button
        size="sm"
        variant={paused ? 'primary' : 'secondary'}
        disabled={change.isPending}
        aria-label={`${paused ? 'Resume' : 'Pause'} project ${name ?? project_id}`}
        onClick={() => change.mutate(!paused)}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      {change.error && (
        <p role="alert" className="w-full text-bad text-xs">
          {sentenceOf(change.error)}
        </p>
      )}
    </li>
  );
}
