import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { MoreHorizontal } from 'lucide-react';
import { Suspense, useState } from 'react';
import type { Thread } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { ThreadDot } from '../../ui/status.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { LazyNameEditor, LazyThreadMenu } from './lazy-parts.tsx';

/** One thread of the list: name, status, when, and the last thing said. */
export function ThreadRow({ thread }: { thread: Thread }) {
  const [renaming, setRenaming] = useState(false);
  const navigate = useNavigate();
  const { threadId: openId } = useParams({ strict: false });
  const { thread_id: threadId, name, status, last_message: last, updated_at: time } = thread;

  if (renaming)
    return (
      <div className="px-1 py-2.5">
        <Suspense>
          <LazyNameEditor thread={thread} onDone={() => setRenaming(false)} />
        </Suspense>
      </div>
    );
  const menuButton = (
    <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${name}`}>
      <MoreHorizontal />
    </Button>
  );
  return (
    <div className="group relative h-full">
      <Link
        to="/threads/$threadId"
        params={{ threadId }}
        className="flex h-full flex-col justify-center gap-0.5 rounded-lg px-3 -outline-offset-2 hover:bg-muted"
        activeProps={{ className: 'bg-accent-soft hover:bg-accent-soft' }}
      >
        <span className="flex items-center gap-2">
          <ThreadDot status={status} />
          <span className="min-w-0 flex-1 truncate font-medium text-[0.8125rem]">{name}</span>
          <RelativeTime time={time} className="shrink-0 text-faint text-xs tabular-nums" />
        </span>
        <span className="truncate pr-7 pl-4 text-faint text-xs">
          {last ? `${last.role === 'user' ? 'You: ' : ''}${last.text.trim() || '…'}` : 'No messages yet'}
        </span>
      </Link>
      <div className="absolute right-1.5 bottom-1.5 opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:opacity-100">
        <Suspense fallback={menuButton}>
          <LazyThreadMenu
            thread={thread}
            trigger={menuButton}
            onRename={() => setRenaming(true)}
            onDeleted={() => openId === threadId && void navigate({ to: '/threads' })}
          />
        </Suspense>
      </div>
    </div>
  );
}
