import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Copy, MessageSquarePlus, MoreHorizontal, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, sentenceOf } from '../../api/api-error.ts';
import { assistantQuery } from '../../api/assistants.ts';
import { useThreadActions } from '../../api/threads.ts';
import type { Assistant } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { ErrorState, PageSkeleton } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { useAssistantActions } from './assistant-actions.ts';
import { toDraft } from './assistant-draft.ts';
import { AssistantForm } from './assistant-form.tsx';
import { VersionList } from './version-list.tsx';

/** One assistant: its settings, which make a new version when they are saved, and the versions before. */
export function AssistantDetail({
  assistantId,
  view,
  onClose,
}: {
  assistantId: string;
  view: 'settings' | 'versions';
  onClose: () => void;
}) {
  const found = useQuery(assistantQuery(assistantId));
  const { change } = useAssistantActions();
  if (found.isPending) return <PageSkeleton />;
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const assistant = found.data;
  return (
    <div className="flex h-full flex-col">
      <Header assistant={assistant} view={view} onClose={onClose} />
      {view === 'versions' ? (
        <VersionList assistant={assistant} />
      ) : (
        <AssistantForm
          // Another version is another form: what was typed has been saved.
          key={assistant.version}
          initial={toDraft(assistant)}
          saveLabel={`Save as version ${assistant.version + 1}`}
          busy={change.isPending}
          error={change.error}
          onSave={(body) => change.mutate({ assistantId, body })}
        />
      )}
    </div>
  );
}

const VIEWS = [
  { value: 'settings', label: 'Settings' },
  { value: 'versions', label: 'Versions' },
] as const;

function Header({
  assistant,
  view,
  onClose,
}: {
  assistant: Assistant;
  view: 'settings' | 'versions';
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const threads = useThreadActions();
  const { create, remove } = useAssistantActions();
  const [deleting, setDeleting] = useState(false);
  const { assistant_id: id, name, version } = assistant;

  const startThread = () =>
    threads.create.mutate(
      { name: `New thread with ${name}`.slice(0, 200), assistantId: id },
      { onSuccess: ({ thread_id }) => void navigate({ to: '/threads/$threadId', params: { threadId: thread_id } }) },
    );
  const duplicate = () => {
    const { model, instructions, tools, temperature, limits, metadata } = assistant;
    create.mutate(
      { name: `${name} (copy)`.slice(0, 200), model, instructions, tools, temperature, limits, metadata },
      {
        onSuccess: ({ assistant_id }) => void navigate({ to: '/assistants', search: { assistant: assistant_id } }),
      },
    );
  };
  const problem = threads.create.error ?? create.error ?? (deleting ? null : remove.error);
  return (
    <header className="shrink-0 border-border border-b px-4 pt-3 sm:px-8 sm:pt-5">
      <div className="flex items-start gap-2">
        <Button variant="ghost" size="icon" aria-label="Back to the list" className="-ml-2 md:hidden" onClick={onClose}>
          <ArrowLeft />
        </Button>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold text-lg tracking-tight" title={name}>
            {name}
          </h2>
          <p className="text-faint text-xs">
            Version {version} · changed <RelativeTime time={assistant.updated_at} />
          </p>
        </div>
        <Button size="sm" disabled={threads.create.isPending} onClick={startThread} aria-label="New thread">
          <MessageSquarePlus /> <span className="max-sm:hidden">New thread</span>
        </Button>
        <Menu
          trigger={
            <Button variant="ghost" size="icon" aria-label={`Actions for ${name}`}>
              <MoreHorizontal />
            </Button>
          }
        >
          <MenuItem onSelect={duplicate}>
            <Copy /> Duplicate
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setDeleting(true)}>
            <Trash2 /> Delete…
          </MenuItem>
        </Menu>
      </div>
      {problem && (
        <p role="alert" className="mt-2 text-bad text-sm">
          {sentenceOf(problem)}
        </p>
      )}
      <nav aria-label="Parts of the assistant" className="mt-3 flex gap-5">
        {VIEWS.map(({ value, label }) => (
          <Link
            key={value}
            to="/assistants"
            search={{ assistant: id, ...(value === 'versions' ? { view: value } : {}) }}
            aria-current={view === value ? 'page' : undefined}
            className={cn(
              '-mb-px flex h-9 items-center border-transparent border-b-2 font-medium text-[0.8125rem] text-soft -outline-offset-2 hover:text-foreground',
              view === value && 'border-accent text-foreground',
            )}
          >
            {label}
            {value === 'versions' && (
              <span className="ml-1.5 rounded-full bg-muted px-1.5 text-2xs text-soft tabular-nums">{version}</span>
            )}
          </Link>
        ))}
      </nav>
      <ConfirmDialog
        open={deleting}
        onOpenChange={(open) => {
          setDeleting(open);
          remove.reset();
        }}
        title="Delete this assistant?"
        description={
          remove.error ? (
            <span className="text-bad">
              {remove.error instanceof ApiError && remove.error.code === 'assistant_in_use'
                ? 'Threads use it. Give them another assistant, or delete them, and try again.'
                : sentenceOf(remove.error)}
            </span>
          ) : (
            <>
              <strong className="font-medium text-foreground">{name}</strong> and all its versions are deleted. This
              cannot be undone. Runs keep the settings they had.
            </>
          )
        }
        action="Delete assistant"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(id, { onSuccess: onClose })}
      />
    </header>
  );
}
