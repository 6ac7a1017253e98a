import { useNavigate } from '@tanstack/react-router';
import { Bot, Copy, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { ChangeAssistantDialog } from './change-assistant-dialog.tsx';
import { DeleteThreadDialog } from './delete-thread-dialog.tsx';

/** What can be done with a thread, wherever it is shown. `trigger` is the button that opens it. */
export function ThreadMenu({
  thread,
  trigger,
  onRename,
  onDeleted,
}: {
  thread: Thread;
  trigger: ReactNode;
  onRename: () => void;
  onDeleted: () => void;
}) {
  const [asking, setAsking] = useState<'assistant' | 'delete' | null>(null);
  const navigate = useNavigate();
  const { copy } = useThreadActions();
  const close = () => setAsking(null);
  const onCopy = () =>
    copy.mutate(thread.thread_id, {
      onSuccess: ({ thread_id: threadId }) =>
        void navigate({ to: '/threads/$threadId', params: { threadId }, search: {} }),
    });
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem onSelect={onRename}>
          <Pencil /> Rename
        </MenuItem>
        <MenuItem onSelect={() => setAsking('assistant')}>
          <Bot /> Change assistant…
        </MenuItem>
        <MenuItem onSelect={onCopy}>
          <Copy /> Copy thread
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setAsking('delete')}>
          <Trash2 /> Delete…
        </MenuItem>
      </Menu>
      {asking === 'assistant' && <ChangeAssistantDialog thread={thread} onClose={close} />}
      {asking === 'delete' && <DeleteThreadDialog thread={thread} onClose={close} onDeleted={onDeleted} />}
    </>
  );
}
