import { CircleAlert, Lock, type LucideIcon, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { isForbidden, sentenceOf } from '../api/api-error.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';

/** Nothing is here yet: what would be here, and how to make the first one. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 grid size-12 place-items-center rounded-2xl border border-border bg-raised text-faint shadow-xs">
        <Icon className="size-5.5" strokeWidth={1.75} aria-hidden />
      </span>
      <p className="font-medium text-[0.9375rem]">{title}</p>
      {children && <div className="mt-1 max-w-sm text-pretty text-soft text-sm">{children}</div>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

/** A read failed: what happened, and a way to try again where that may help. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const forbidden = isForbidden(error);
  const Icon = forbidden ? Lock : CircleAlert;
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-14 text-center">
      <span
        className={cn(
          'mb-4 grid size-12 place-items-center rounded-2xl',
          forbidden ? 'bg-warn-soft text-warn' : 'bg-bad-soft text-bad',
        )}
      >
        <Icon className="size-5.5" strokeWidth={1.75} aria-hidden />
      </span>
      <p className="font-medium text-[0.9375rem]">
        {forbidden ? 'Your key does not allow this' : 'This could not be loaded'}
      </p>
      <p className="mt-1 max-w-sm text-pretty break-words text-soft text-sm">{sentenceOf(error)}</p>
      {onRetry && !forbidden && (
        <Button size="sm" className="mt-5" onClick={onRetry}>
          <RotateCw /> Try again
        </Button>
      )}
    </div>
  );
}

/** A grey place where something is being loaded. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('animate-breathe rounded-md bg-muted', className)} />
);

/** Shown while a page's code or first data is on its way. */
export const PageSkeleton = () => (
  <div role="status" aria-label="Loading" className="mx-auto w-full max-w-5xl space-y-4 p-6">
    <Skeleton className="h-7 w-48" />
    <Skeleton className="h-4 w-80 max-w-full" />
    <Skeleton className="mt-8 h-40 w-full rounded-xl" />
    <Skeleton className="h-40 w-full rounded-xl" />
  </div>
);
