import { type ReactNode, useEffect, useRef } from 'react';

/**
 * Where an open run is: beside the list from 1024 px on, over it below. Over it, it takes the focus; the page makes the list inert meanwhile.
 * One element for both, so that what is open in it survives a turned tablet.
 */
export function RunAside({ isOver, onClose, children }: { isOver: boolean; onClose: () => void; children: ReactNode }) {
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
      aria-label="Details"
      className="fixed inset-0 z-30 animate-slide-in bg-background outline-none md:left-14 lg:static lg:z-auto lg:h-full lg:w-[34rem] lg:shrink-0 lg:animate-none lg:border-border lg:border-l 2xl:w-[42rem]"
    >
      {children}
    </aside>
  );
}
