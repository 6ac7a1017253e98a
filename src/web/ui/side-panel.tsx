import { type ReactNode, useEffect, useRef } from 'react';
import { cn } from './cn.ts';
import { useMedia } from './use-media.ts';

/** Is there room for a side panel beside the page? Where there is none it is over it, and the page must be inert meanwhile. */
export const useRoomBeside = (): boolean => useMedia('(min-width: 64rem)');

/**
 * What is opened from a page: beside it where there is room, over it where there is none; then it takes the focus. Escape closes it. One element for
 * both, so that what is open in it survives a turned tablet.
 * @param className its width beside the page
 */
export function SidePanel({
  label,
  className,
  onClose,
  children,
}: {
  label: string;
  className: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const isOver = !useRoomBeside();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOver) place.current?.focus();
  }, [isOver]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [onClose]);
  return (
    <aside
      ref={place}
      tabIndex={-1}
      aria-label={label}
      className={cn(
        'fixed inset-0 z-30 animate-slide-in bg-background outline-none md:left-14 lg:static lg:z-auto lg:h-full lg:shrink-0 lg:animate-none lg:border-border lg:border-l',
        className,
      )}
    >
      {children}
    </aside>
  );
}
