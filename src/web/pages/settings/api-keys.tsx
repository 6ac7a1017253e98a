import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { keysQuery, projectsQuery, revokeKey } from '../../api/keys.ts';
import type { ApiKey } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';

/** For the operator: the keys of a project, to make and to revoke. @param home the project to begin with */
export function ApiKeys({ home }: { home: string }) {
  const [projectId, setProjectId] = useState(home);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const projects = useQuery(projectsQuery);
  const keys = useQuery(keysQuery(projectId));
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        {projects.data && projects.data.length > 1 && (
          <div className="min-w-0 flex-1 sm:max-w-64">
            <Field label="Project">
              {(control) => (
                <Select {...control} value={projectId} onChange={(event) => setProjectId(event.target.value)}>
                  {projects.data.map(({ project_id, name }) => (
                    <option key={project_id} value={project_id}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        )}
        <Button onClick={() => setMaking(true)}>
          <Plus /> New key
        </Button>
      </div>
      <div className="rounded-lg border border-border">
        {keys.error ? (
          <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
        ) : !keys.data ? (
          <Skeleton className="m-4 h-10" />
        ) : keys.data.length === 0 ? (
          <EmptyState icon={KeyRound} title="This project has no keys">
            Make one for each program and person, so that it can be revoked alone.
          </EmptyState>
        ) : (
          <ul aria-label="Keys" className="divide-y divide-border">
            {keys.data.map((key) => (
              <KeyRow key={key.key_id} apiKey={key} onRevoke={() => setRevoking(key)} />
            ))}
          </ul>
        )}
      </div>
      {making && <NewKeyDialog projectId={projectId} onClose={() => setMaking(false)} />}
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </div>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { name, prefix, scopes, created_at, last_used_at, revoked_at } = apiKey;
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className={cn('truncate font-medium text-[0.8125rem]', revoked_at !== null && 'text-faint line-through')}>
          {name}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-faint text-xs">
          <code className="font-mono">{prefix}…</code>
          <span>scopes: {scopes.join(', ')}</span>
          <span>
            made <RelativeTime time={created_at} />
          </span>
          {last_used_at === null ? (
            <span>never used</span>
          ) : (
            <span>
              used <RelativeTime time={last_used_at} />
            </span>
          )}
        </p>
      </div>
      {revoked_at === null ? (
        <Button size="sm" onClick={onRevoke} aria-label={`Revoke: ${name}`}>
          Revoke
        </Button>
      ) : (
        <span className="shrink-0 text-faint text-xs">
          revoked <RelativeTime time={revoked_at} />
        </span>
      )}
    </li>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: revokeKey,
    async onSuccess() {
      await client.invalidateQueries({ queryKey: keysQuery(apiKey.project_id).queryKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Revoke this key?"
      description={
        revoke.isError
          ? sentenceOf(revoke.error)
          : `Programs and people that use “${apiKey.name}” (${apiKey.prefix}…) are refused within seconds, and what they watch is cut off within half a minute. Runs they started go on. This cannot be undone.`
      }
      action="Revoke key"
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate(apiKey)}
    />
  );
}
