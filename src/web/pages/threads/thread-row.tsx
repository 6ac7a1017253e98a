import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Copy, MoreHorizontal, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { ThreadDot } from '../../ui/status.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { DeleteThreadDialog } from './delete-thread-dialog.tsx';
import { NameEditor } from './name-editor.tsx';

/** One thread of the list: name, status, when, and the last thing said. */
export function ThreadRow({ thread }: { thread: Thread }) {
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const navigate = useNavigate();
  const { copy } = useThreadActions();
  const { threadId: openId } = useParams({ strict: false });
  const { thread_id: threadId, name, status, last_message: last, updated_at: time } = thread;

  const onCopy = () =>
    copy.mutate(threadId, {
      onSuccess: (made) => void navigate({ to: '/threads/$threadId', params: { threadId: made.thread_id } }),
    });

  if (renaming)
    return (
      <div className="px-1 py-2.5">
        <NameEditor thread={thread} onDone={() => setRenaming(false)} />
      </div>
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
        <Menu
          trigger={
            <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${name}`}>
              <MoreHorizontal />
            </Button>
          }
        >
          <MenuItem onSelect={() => setRenaming(true)}>
            <Pencil /> Rename
          </MenuItem>
          <MenuItem onSelect={onCopy}>
            <Copy /> Copy thread
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setDeleting(true)}>
            <Trash2 /> Delete…
          </MenuItem>
        </Menu>
      </div>
      <DeleteThreadDialog
        thread={thread}
        open={deleting}
        onOpenChange={setDeleting}
        onDeleted={() => openId === threadId && void navigate({ to: '/threads' })}
      />
    </div>
  );
}
