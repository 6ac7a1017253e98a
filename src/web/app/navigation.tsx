import { Link } from '@tanstack/react-router';
import { Activity, BookOpen, Bot, Gauge, type LucideIcon, MessagesSquare, Settings } from 'lucide-react';
import { cn } from '../ui/cn.ts';
import { Tooltip } from '../ui/tooltip.tsx';
import { Logo } from './logo.tsx';

interface Place {
  readonly to: '/threads' | '/assistants' | '/runs' | '/queues' | '/settings';
  readonly label: string;
  readonly icon: LucideIcon;
}

const PLACES: readonly Place[] = [
  { to: '/threads', label: 'Threads', icon: MessagesSquare },
  { to: '/assistants', label: 'Assistants', icon: Bot },
  { to: '/runs', label: 'Runs', icon: Activity },
  { to: '/queues', label: 'Queues', icon: Gauge },
  { to: '/settings', label: 'Settings', icon: Settings },
];

const item =
  'flex items-center gap-2.5 rounded-lg font-medium text-[0.8125rem] text-soft transition-colors hover:bg-muted hover:text-foreground';

/** The router marks the link of the page that is open. */
const active =
  'data-[status=active]:bg-accent-soft data-[status=active]:text-accent data-[status=active]:hover:bg-accent-soft';

/** The column at the left: words from 1280 px, icons alone below. */
export function SideNavigation() {
  return (
    <nav
      aria-label="Main"
      className="hidden w-14 shrink-0 flex-col border-border border-r bg-surface px-2 py-3 md:flex xl:w-52 xl:px-3"
    >
      <Link to="/threads" className="mb-5 flex items-center gap-2.5 rounded-lg px-1.5 py-1 xl:px-2">
        <Logo className="size-7 shrink-0" />
        <span className="hidden font-semibold text-[0.9375rem] tracking-tight xl:block">Skein</span>
      </Link>
      <ul className="space-y-0.5">
        {PLACES.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Tooltip hint={label} side="right">
              <Link to={to} aria-label={label} className={cn(item, active, 'h-9 justify-center px-2 xl:justify-start')}>
                <Icon className="size-4.5 shrink-0" strokeWidth={1.85} aria-hidden />
                <span className="hidden xl:block">{label}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      <a
        href="/docs"
        target="_blank"
        rel="noreferrer"
        aria-label="API reference"
        className={cn(item, 'mt-auto h-9 justify-center px-2 xl:justify-start')}
      >
        <BookOpen className="size-4.5 shrink-0" strokeWidth={1.85} aria-hidden />
        <span className="hidden xl:block">API reference</span>
      </a>
    </nav>
  );
}

/** The same places at phone width, where the thumb is. */
export function BottomNavigation() {
  return (
    <nav
      aria-label="Main"
      className="shrink-0 border-border border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid grid-cols-5">
        {PLACES.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex h-14 flex-col items-center justify-center gap-0.5 font-medium text-2xs text-soft -outline-offset-2 data-[status=active]:text-accent"
            >
              <Icon className="size-5" strokeWidth={1.85} aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
