import { Outlet, useMatches } from '@tanstack/react-router';
import { BottomNavigation, SideNavigation } from './navigation.tsx';

/** The frame of every page. At phone width an open conversation has the whole screen. */
export function Layout() {
  const inConversation = useMatches({
    select: (matches) => matches.some(({ routeId }) => routeId === '/threads/$threadId'),
  });
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="-translate-y-16 absolute top-2 left-2 z-50 rounded-lg bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <SideNavigation />
      <div className="min-h-0 min-w-0 flex-1">
        <Outlet />
      </div>
      {!inConversation && <BottomNavigation />}
    </div>
  );
}
