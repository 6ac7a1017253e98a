import { AlertDialog as Parts } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { DialogActions } from './dialog.tsx';
import { overlay, sheet } from './sheet.ts';

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
        <Parts.Overlay className={overlay} />
        <Parts.Content className={sheet}>
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
