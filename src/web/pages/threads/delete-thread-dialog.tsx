import { sentenceOf } from '../../api/api-error.ts';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

export function DeleteThreadDialog({
  thread,
  onClose,
  onDeleted,
}: {
  thread: Thread;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { remove } = useThreadActions();
  const name = thread.name.length > 80 ? `${thread.name.slice(0, 80)}…` : thread.name;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Delete this thread?"
      description={
        remove.isError
          ? sentenceOf(remove.error)
          : `“${name}”, its messages, its history and its runs are removed. This cannot be undone.`
      }
      action="Delete thread"
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(thread.thread_id, {
          onSuccess: () => {
            onClose();
            onDeleted();
          },
        })
      }
    />
  );
}
