import { Bot, GitFork, type LucideIcon, PencilLine, UserRound, Wrench } from 'lucide-react';
import type { Checkpoint } from '../../api/checkpoint.ts';
import { textOf } from '../../conversation/text-of.ts';
import { cn } from '../../ui/cn.ts';
import { RelativeTime } from '../../ui/time.tsx';
import { CheckpointDetail } from './checkpoint-detail.tsx';
import { useConversationScope } from './conversation-scope.ts';

/** One step of the history: what made it, what it says, and where it branched off. */
export function CheckpointRow({
  threadId,
  state,
  isHead,
  isSelected,
  onPath,
  isLast,
}: {
  threadId: string;
  state: Checkpoint;
  isHead: boolean;
  isSelected: boolean;
  onPath: boolean;
  isLast: boolean;
}) {
  const { showCheckpoint } = useConversationScope();
  const { icon: Icon, title } = LOOKS[String(state.metadata.source)] ?? UNKNOWN;
  const { version, checkpoint_id: id } = state.checkpoint;
  const parent = state.parent_checkpoint?.version ?? 0;
  const forked = parent !== version - 1;
  return (
    <li className="relative pl-9">
      {!isLast && <span aria-hidden className="absolute top-8 bottom-0 left-[1.0625rem] w-px bg-border" />}
      <span
        aria-hidden
        className={cn(
          'absolute top-2.5 left-1 grid size-7 place-items-center rounded-full border border-border bg-raised text-faint',
          onPath ? 'text-accent' : 'border-dashed',
          isSelected && 'border-accent bg-accent-soft',
        )}
      >
        <Icon className="size-3.5" />
      </span>
      <button
        type="button"
        aria-pressed={isSelected}
        className={cn(
          'w-full rounded-lg px-2.5 py-2 text-left hover:bg-muted',
          isSelected && 'bg-accent-soft hover:bg-accent-soft',
        )}
        onClick={() => showCheckpoint(isSelected ? null : id)}
      >
        <span className="flex items-center gap-2 text-[0.8125rem]">
          <span className={cn('font-medium', !onPath && 'text-faint')}>{title}</span>
          {isHead && <span className="rounded-full bg-muted px-1.5 text-2xs text-soft">newest</span>}
          {forked && parent > 0 && (
            <span className="inline-flex items-center gap-1 text-2xs text-warn">
              <GitFork className="size-3" aria-hidden /> from {parent}
            </span>
          )}
          <span className="ml-auto shrink-0 text-faint text-xs tabular-nums">
            #{version} · <RelativeTime time={state.created_at} />
          </span>
        </span>
        <span className="mt-0.5 line-clamp-2 text-faint text-xs [overflow-wrap:anywhere]">{summaryOf(state)}</span>
      </button>
      {isSelected && <CheckpointDetail threadId={threadId} state={state} isHead={isHead} />}
    </li>
  );
}

const LOOKS: Readonly<Record<string, { readonly icon: LucideIcon; readonly title: string }>> = {
  input: { icon: UserRound, title: 'Input' },
  model: { icon: Bot, title: 'Model' },
  tools: { icon: Wrench, title: 'Tools' },
  update: { icon: PencilLine, title: 'Changed by hand' },
};
const UNKNOWN = { icon: PencilLine, title: 'Step' };

function summaryOf({ values: { messages }, metadata }: Checkpoint): string {
  const texts = messages.map((message) => {
    const calls = message.tool_calls?.map(({ name }) => `calls ${name}`) ?? [];
    return [textOf(message.content).slice(0, 200), ...calls].filter((text) => text !== '').join(' · ');
  });
  const summary = texts.filter((text) => text !== '').join(' · ');
  if (summary !== '') return summary;
  return metadata.source === 'input' ? 'Asked again, without a new message' : 'No new messages';
}
