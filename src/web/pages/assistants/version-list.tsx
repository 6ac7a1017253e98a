import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronRight, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import type { Assistant } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { useAssistantActions, versionsQuery } from './assistant-actions.ts';
import { type Change, changedFields } from './changed-fields.ts';
import { LineDiff } from './line-diff.tsx';

/** The versions of an assistant: what each changed, and a way back, which is a new version too. */
export function VersionList({ assistant }: { assistant: Assistant }) {
  const versions = useQuery(versionsQuery(assistant.assistant_id, assistant.version));
  const { change } = useAssistantActions();
  const navigate = useNavigate();
  const [opened, setOpened] = useState<number | null>(null);
  if (versions.error) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  const items = versions.data?.items ?? [];
  const restore = ({ name, model, instructions, temperature, tools, limits }: Assistant) =>
    change.mutate(
      { assistantId: assistant.assistant_id, body: { name, model, instructions, temperature, tools, limits } },
      {
        onSuccess: ({ assistant_id }) => void navigate({ to: '/assistants', search: { assistant: assistant_id } }),
      },
    );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="max-w-3xl px-4 py-6 sm:px-8">
        <p className="text-soft text-sm">
          Every change makes a version. Runs keep the one they were accepted with; to go back is a new version too.
        </p>
        {change.error && (
          <p role="alert" className="mt-3 text-bad text-sm">
            {sentenceOf(change.error)}
          </p>
        )}
        {versions.isPending && (
          <div role="status" aria-label="Loading versions" className="mt-5 space-y-3">
            <Skeleton className="h-14 w-full rounded-xl" />
            <Skeleton className="h-14 w-full rounded-xl" />
          </div>
        )}
        <ol className="mt-5 divide-y divide-border rounded-xl border border-border bg-raised empty:hidden">
          {items.map((version, index) => {
            const before = items[index + 1];
            const changes = before ? changedFields(before, version) : [];
            const isOpen = opened === version.version;
            return (
              <li key={version.version}>
                <div className="flex items-center gap-3 px-4 py-3">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    disabled={changes.length === 0}
                    onClick={() => setOpened(isOpen ? null : version.version)}
                    className="flex min-w-0 flex-1 items-center gap-3 rounded-md text-left"
                  >
                    <ChevronRight
                      aria-hidden
                      className={cn(
                        'size-4 shrink-0 text-faint transition-transform',
                        isOpen && 'rotate-90',
                        changes.length === 0 && 'invisible',
                      )}
                    />
                    <span className="min-w-0">
                      <span className="flex items-center gap-2 font-medium text-[0.8125rem]">
                        Version {version.version}
                        {version.version === assistant.version && (
                          <span className="rounded-full bg-accent-soft px-1.5 text-2xs text-accent">Current</span>
                        )}
                      </span>
                      <span className="block truncate text-faint text-xs">
                        {summaryOf(version, changes)} · <RelativeTime time={version.updated_at} />
                      </span>
                    </span>
                  </button>
                  {version.version !== assistant.version && (
                    <Button
                      size="sm"
                      disabled={change.isPending}
                      onClick={() => restore(version)}
                      aria-label={`Go back to version ${version.version}`}
                    >
                      <RotateCcw /> <span className="max-sm:hidden">Go back</span>
                    </Button>
                  )}
                </div>
                {isOpen && <Changes changes={changes} />}
              </li>
            );
          })}
        </ol>
        {versions.data?.next && (
          <p className="mt-3 text-faint text-xs">Older versions are kept too; the API lists them.</p>
        )}
      </div>
    </div>
  );
}

const summaryOf = (version: Assistant, changes: readonly Change[]): string =>
  version.version === 1
    ? 'Created'
    : changes.length === 0
      ? 'Nothing visible changed'
      : `Changed ${changes.map(({ label }) => label.toLowerCase()).join(', ')}`;

const Changes = ({ changes }: { changes: readonly Change[] }) => (
  <dl className="animate-fade-in space-y-4 border-border border-t bg-surface px-4 py-4">
    {changes.map(({ name, label, before, after }) => (
      <div key={name}>
        <dt className="mb-1.5 font-medium text-xs">{label}</dt>
        <dd className="max-h-96 overflow-y-auto rounded-lg border border-border bg-code py-1.5 text-xs leading-relaxed">
          <LineDiff before={before} after={after} />
        </dd>
      </div>
    ))}
  </dl>
);
