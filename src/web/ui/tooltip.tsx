import { Tooltip as Parts } from 'radix-ui';
import type { ReactNode } from 'react';

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Parts.Provider delayDuration={400} skipDelayDuration={150}>
    {children}
  </Parts.Provider>
);

/** A hint for one control; the control keeps an accessible name of its own. */
export function Tooltip({
  hint,
  side = 'bottom',
  children,
}: {
  hint: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  children: ReactNode;
}) {
  return (
    <Parts.Root>
      <Parts.Trigger asChild>{children}</Parts.Trigger>
      <Parts.Portal>
        <Parts.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 animate-fade-in rounded-md bg-foreground px-2 py-1 text-background text-xs shadow-pop"
        >
          {hint}
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}
