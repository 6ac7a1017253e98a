import { X } from 'lucide-react';
import { Dialog as Parts } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { overlay, sheet } from './sheet.ts';

/** A window over the page; a sheet from below at phone width. Focus goes in and comes back by itself. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  sticky = false,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** A click beside it does not close it. */
  sticky?: boolean;
  children: ReactNode;
}) {
  return (
    <Parts.Root open={open} onOpenChange={onOpenChange}>
      <Parts.Portal>
        <Parts.Overlay className={overlay} />
        <Parts.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          {...(sticky ? { onInteractOutside: (event) => event.preventDefault() } : {})}
          className={sheet}
        >
          <div className="mb-4 pr-8">
            <Parts.Title className="font-semibold text-base tracking-tight">{title}</Parts.Title>
            {description !== undefined && (
              <Parts.Description className="mt-1 text-soft text-sm">{description}</Parts.Description>
            )}
          </div>
          {children}
          <Parts.Close asChild>
            <Button variant="ghost" size="icon-sm" className="absolute top-4 right-4" aria-label="Close">
              <X />
            </Button>
          </Parts.Close>
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export const DialogActions = ({ children }: { children: ReactNode }) => (
  <div className="mt-5 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{children}</div>
);
