import { DropdownMenu as Parts } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

/** A menu that opens from a button. `trigger` is the button itself. */
export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <Parts.Root modal={false}>
      <Parts.Trigger asChild>{trigger}</Parts.Trigger>
      <Parts.Portal>
        <Parts.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 animate-rise-in rounded-xl border border-border bg-raised p-1 shadow-pop"
        >
          {children}
        </Parts.Content>
      </Parts.Portal>
    </Parts.Root>
  );
}

export function MenuItem({
  className,
  danger = false,
  ...props
}: ComponentProps<typeof Parts.Item> & { danger?: boolean }) {
  return (
    <Parts.Item
      className={cn(
        'flex cursor-default select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-[0.8125rem] outline-none data-disabled:pointer-events-none data-highlighted:bg-muted data-disabled:opacity-45 [&_svg]:size-4 [&_svg]:text-faint',
        danger && 'text-bad data-highlighted:bg-bad-soft [&_svg]:text-bad',
        className,
      )}
      {...props}
    />
  );
}

export const MenuSeparator = () => <Parts.Separator className="my-1 h-px bg-border" />;
