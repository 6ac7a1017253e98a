import type { ReactNode } from 'react';
import { cn } from './cn.ts';

/** The frame of every page that scrolls as a whole: title, what it is for, actions, content. */
export function Page({
  title,
  description,
  actions,
  wide = false,
  children,
}: {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <main id="content" tabIndex={-1} className="h-full overflow-y-auto outline-none">
      <div className={cn('mx-auto w-full px-4 py-6 sm:px-8 sm:py-8', wide ? 'max-w-7xl' : 'max-w-4xl')}>
        <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
            {description && <p className="mt-1 max-w-2xl text-pretty text-soft text-sm">{description}</p>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </main>
  );
}

/** A framed part of a page. */
export const Card = ({ className, children }: { className?: string; children: ReactNode }) => (
  <section className={cn('rounded-xl border border-border bg-raised shadow-xs', className)}>{children}</section>
);
