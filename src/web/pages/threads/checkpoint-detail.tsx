import { skipToken, useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { type Checkpoint, runOf } from '../../api/checkpoint.ts';
import { stateQuery } from '../../api/history.ts';
import type { Message } from '../../api/types.ts';
import { diffStates } from '../../conversation/diff-states.ts';
import { textOf } from '../../conversation/text-of.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Skeleton } from '../../ui/states.tsx';
import { useConversationScope } from './conversation-scope.ts';

/** What the chosen step changed, and what can be done from it. */
export function CheckpointDetail({
  threadId,
  state,
  isHead,
}: {
  threadId: string;
  state: Checkpoint;
  isHead: boolean;
}) {
  const { openRun, continueHere } = useConversationScope();
  const parentId = state.parent_checkpoint?.checkpoint_id;
  const after = useQuery(stateQuery(threadId, state.checkpoint.checkpoint_id));
  const parentQuery = stateQuery(threadId, parentId ?? '');
  const before = useQuery(parentId === undefined ? { ...parentQuery, queryFn: skipToken } : parentQuery);
  const runId = runOf(state);
  const ready = after.data && (parentId === undefined || before.data);
  const difference = ready ? diffStates(before.data?.values.messages ?? [], after.data.values.messages) : null;
  return (
    <div className="mt-1 mb-3 space-y-3 rounded-lg border border-border bg-surface p-3 text-xs">
      <div>
        <p className="mb-1.5 font-medium text-soft">
          {parentId === undefined ? 'The first step' : `Compared with step ${state.parent_checkpoint?.version}`}
        </p>
        {difference ? (
          <ul className="space-y-1">
            {difference.added.map((message) => (
              <Change key={message.id} sign="+" message={message} />
            ))}
            {difference.changed.map((message) => (
              <Change key={message.id} sign="~" message={message} />
            ))}
            {difference.removed.map((message) => (
              <Change key={message.id} sign="−" message={message} />
            ))}
            {difference.added.length + difference.changed.length + difference.removed.length === 0 && (
              <li className="text-faint">The messages are the same.</li>
            )}
          </ul>
        ) : (
          <Skeleton className="h-8 w-full" />
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" variant={isHead ? 'secondary' : 'primary'} onClick={continueHere}>
          Continue from here
        </Button>
        {runId !== null && (
          <Button size="sm" variant="ghost" onClick={() => openRun(runId)}>
            <Activity /> Open the run
          </Button>
        )}
      </div>
    </div>
  );
}

const SIGNS = {
  '+': { look: 'bg-good-soft text-good', label: 'Added' },
  '~': { look: 'bg-warn-soft text-warn', label: 'Changed' },
  '−': { look: 'bg-bad-soft text-bad', label: 'Removed' },
} as const;

const Change = ({ sign, message }: { sign: keyof typeof SIGNS; message: Message }) => (
  <li className="flex gap-2">
    <span className={cn('grid size-4.5 shrink-0 place-items-center rounded font-mono', SIGNS[sign].look)}>
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{SIGNS[sign].label}</span>
    </span>
    <span className="min-w-0">
      <span className="font-medium">{message.role}</span>{' '}
      <span className={cn('text-soft [overflow-wrap:anywhere]', sign === '−' && 'line-through')}>
        {(textOf(message.content) || (message.tool_calls ?? []).map(({ name }) => `calls ${name}`).join(', ')).slice(
          0,
          240,
        )}
      </span>
    </span>
  </li>
);
