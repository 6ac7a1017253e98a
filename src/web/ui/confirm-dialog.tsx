import { AlertDialog as Parts } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { DialogActions } from './dialog.tsx';

/** Asks before something that cannot be undone. The cautious answer has the focus. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  action,
  busy = false,
  onConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** What the button says: the act itself, such as "Delete thread". */
  action: string;
  busy?: boolean;
  onConfirm: () => void;
}) {
  return (
    <Parts.Root open={open} onOpenChange={onOpenChange}>
      <Parts.Portal>
        <Parts.Overlay className="fixed inset-0 z-40 animate-fade-in bg-black/40 backdrop-blur-[1px]" />
        <Parts.Content className="fixed inset-x-0 bottom-0 z-50 animate-rise-in rounded-t-2xl border border-border bg-raised p-5 shadow-pop sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[26rem] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl">
          <Parts.Title className="font-semibold text-base tracking-tight">{title}</Parts.Title>
          <Parts.Description className="mt-1.5 break-words text-soft text-sm">{description}</Parts.Description>
          <DialogActions>
            <Parts.Cancel asChild>
              <Button>Cancel</Button>
            </Parts.Cancel>
            <Button variant="danger" disabled={busy} onClick={onConfirm}>
              {action}
            </Button>
          </DialogActions>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
