import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ConversationSkeleton } from '../pages/threads/conversation-skeleton.tsx';
import { ErrorState, PageSkeleton } from '../ui/states.tsx';
import { Layout } from './layout.tsx';
import { NotFound } from './not-found.tsx';

// Every page is a chunk of its own, loaded when it is first opened (or its link is hovered).
const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/threads', replace: true });
  },
});

const threads = createRoute({
  getParentRoute: () => root,
  path: '/threads',
  component: lazyRouteComponent(() => import('../pages/threads/threads-page.tsx'), 'ThreadsPage'),
});
const noThread = createRoute({
  getParentRoute: () => threads,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/threads/no-thread.tsx'), 'NoThread'),
});

/** What is open beside a conversation; in the address, so that it survives a reload and can be shared. */
export type Panel = 'history' | 'run';
const thread = createRoute({
  getParentRoute: () => threads,
  path: '$threadId',
  validateSearch: (search: Record<string, unknown>): { panel?: Panel; run?: string; checkpoint?: string } => ({
    ...(search.panel === 'history' || search.panel === 'run' ? { panel: search.panel } : {}),
    ...(typeof search.run === 'string' ? { run: search.run } : {}),
    ...(typeof search.checkpoint === 'string' ? { checkpoint: search.checkpoint } : {}),
  }),
  component: lazyRouteComponent(() => import('../pages/threads/conversation-page.tsx'), 'ConversationPage'),
  pendingComponent: ConversationSkeleton,
});

const assistants = createRoute({
  getParentRoute: () => root,
  path: '/assistants',
  component: lazyRouteComponent(() => import('../pages/assistants/assistants-page.tsx'), 'AssistantsPage'),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: lazyRouteComponent(() => import('../pages/runs/runs-page.tsx'), 'RunsPage'),
});
const queues = createRoute({
  getParentRoute: () => root,
  path: '/queues',
  component: lazyRouteComponent(() => import('../pages/queues/queues-page.tsx'), 'QueuesPage'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
});

export const createAppRouter = () =>
  createRouter({
    basepath: '/app',
    routeTree: root.addChildren([index, threads.addChildren([noThread, thread]), assistants, runs, queues, settings]),
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
