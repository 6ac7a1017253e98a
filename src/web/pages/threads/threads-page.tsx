import { Outlet, useMatches, useSearch } from '@tanstack/react-router';
import { cn } from '../../ui/cn.ts';
import { ThreadList } from './thread-list.tsx';

/** The list, and beside it what is open. At phone width one of the two. */
export function ThreadsPage() {
  const open = useMatches({ select: (matches) => matches.some(({ routeId }) => routeId === '/threads/$threadId') });
  const { panel } = useSearch({ strict: false });
  return (
    <div className="flex h-full">
      <aside
        aria-label="Threads"
        className={cn(
          'h-full w-full shrink-0 border-border bg-surface md:w-72 md:border-r lg:w-80',
          open && 'hidden md:block',
          // Three columns beside the navigation need a wide screen.
          open && panel && 'md:hidden 2xl:block',
        )}
      >
        <ThreadList />
      </aside>
      <div className={cn('h-full min-w-0 flex-1', !open && 'hidden md:block')}>
        <Outlet />
      </div>
    </div>
  );
}
