import { useMutation, useQuery } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { sentenceOf } from '../../api/api-error.ts';
import { projectsQuery } from '../../api/keys.ts';
import { sessionQuery, signOut } from '../../api/session.ts';
import type { Caller } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { Line } from './section.tsx';

/** Who this browser is signed in as, and the way out. */
export function Account() {
  const session = useQuery(sessionQuery);
  const leave = useMutation({
    mutationFn: signOut,
    // The answer is 401 now, which is what brings the sign-in.
    onSuccess: () => void session.refetch(),
  });
  // Names are the operator's to see.
  const projects = useQuery({ ...projectsQuery, enabled: session.data?.operator === true });
  const project = projects.data?.find(({ project_id }) => project_id === session.data?.project_id);
  if (session.error) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  if (!session.data) return <Skeleton className="h-40 w-full" />;
  return (
    <>
      <dl className="divide-y divide-border rounded-lg border border-border">
        <Line name="Signed in with">{keyOf(session.data)}</Line>
        <Line name="Project">
          {project && <span className="block">{project.name}</span>}
          <code className="font-mono text-xs">{session.data.project_id}</code>
        </Line>
        <Line name="May">{rightsOf(session.data)}</Line>
      </dl>
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <Button onClick={() => leave.mutate()} disabled={leave.isPending}>
          <LogOut /> Sign out
        </Button>
        {leave.error && (
          <p role="alert" className="text-bad text-sm">
            {sentenceOf(leave.error)}
          </p>
        )}
      </div>
    </>
  );
}

const keyOf = ({ operator, key_id }: Caller) =>
  operator ? (
    'The admin key'
  ) : (
    <>
      Key <code className="font-mono text-xs">{key_id}</code>
    </>
  );

const RIGHTS = {
  read: 'read what is in the project',
  runs: 'read and change what is in the project',
  ops: 'see and steer the queues',
} as const;

function rightsOf({ operator, scopes }: Caller): string {
  if (operator) return 'everything';
  // `runs` includes `read`.
  return scopes
    .filter((scope) => scope !== 'read' || !scopes.includes('runs'))
    .map((scope) => RIGHTS[scope])
    .join('; ');
}
