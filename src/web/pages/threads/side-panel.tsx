import { type ReactNode, useEffect } from 'react';

/** Beside the conversation from 1024 px on; over it below. */
export function SidePanel({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [onClose]);
  return (
    <aside
      aria-label={label}
      className="fixed inset-0 z-30 animate-slide-in bg-background lg:static lg:z-auto lg:w-[26rem] lg:shrink-0 lg:animate-none lg:border-border lg:border-l xl:w-[28rem]"
    >
      {children}
    </aside>
  );
}
