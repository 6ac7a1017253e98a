import { useQuery } from '@tanstack/react-query';
import { CheckCircle2, Monitor, Moon, Sun, XCircle } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { sessionQuery } from '../../api/session.ts';
import { healthQuery, infoQuery } from '../../api/system.ts';
import { type Theme, useTheme } from '../../app/theme.tsx';
import { cn } from '../../ui/cn.ts';
import { Page } from '../../ui/page.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Account } from './account.tsx';
import { Line, Section } from './section.tsx';

// Few people open the settings with the admin key.
const ApiKeys = lazy(() => import('./api-keys.tsx').then(({ ApiKeys }) => ({ default: ApiKeys })));

const THEMES: readonly { readonly value: Theme; readonly label: string; readonly icon: typeof Sun }[] = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'System', icon: Monitor },
];

export function SettingsPage() {
  const { theme, setTheme } = useTheme();
  const info = useQuery(infoQuery);
  const health = useQuery(healthQuery);
  const keyed = info.data !== undefined && info.data.auth_mode !== 'none';
  return (
    <Page title="Settings" description="How this page looks, who may use the server, and how it is doing.">
      <div className="space-y-6">
        <Section title="Appearance" text="Kept in this browser.">
          <RadioGroup.Root
            value={theme}
            onValueChange={(value) => setTheme(value as Theme)}
            aria-label="Theme"
            className="grid grid-cols-3 gap-2 sm:max-w-md"
          >
            {THEMES.map(({ value, label, icon: Icon }) => (
              <RadioGroup.Item
                key={value}
                value={value}
                className="flex flex-col items-center gap-2 rounded-lg border border-border px-3 py-4 font-medium text-[0.8125rem] text-soft transition-colors hover:border-strong-border data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft data-[state=checked]:text-accent"
              >
                <Icon className="size-5" strokeWidth={1.75} aria-hidden />
                {label}
              </RadioGroup.Item>
            ))}
          </RadioGroup.Root>
        </Section>
        <Section title="Access" text="Who may call the API and open this page.">
          {keyed ? <Account /> : info.data ? <OpenToAll /> : <Skeleton className="h-12 w-full" />}
        </Section>
        {keyed && <OperatorKeys />}
        <Section title="Server" text="Version, and the parts it needs to work.">
          <dl className="divide-y divide-border rounded-lg border border-border">
            <Line name="Version">
              {info.data ? `${info.data.name} ${info.data.version}` : <Skeleton className="h-4 w-24" />}
            </Line>
            <Line name="Node">{info.data?.node ?? <Skeleton className="h-4 w-16" />}</Line>
            <Line name="Largest request">
              {info.data ? (
                `${(info.data.limits.body_bytes / 1_048_576).toFixed(1)} MiB`
              ) : (
                <Skeleton className="h-4 w-16" />
              )}
            </Line>
            <Line name="Queued runs per thread">
              {info.data?.limits.queued_runs_per_thread.toLocaleString('en') ?? <Skeleton className="h-4 w-16" />}
            </Line>
            {Object.entries(health.data ?? {}).map(([part, state]) => (
              <Line key={part} name={PARTS[part] ?? part}>
                <Health ok={state === 'ok'} />
              </Line>
            ))}
          </dl>
          <p className="mt-3 text-faint text-xs">
            The API is described at{' '}
            <a
              className="underline underline-offset-2 hover:text-foreground"
              href="/docs"
              target="_blank"
              rel="noreferrer"
            >
              /docs
            </a>{' '}
            and, for clients that are generated, at{' '}
            <a className="underline underline-offset-2 hover:text-foreground" href="/openapi.json">
              /openapi.json
            </a>
            .
          </p>
        </Section>
      </div>
    </Page>
  );
}

const PARTS: Readonly<Record<string, string>> = { mongo: 'Store (MongoDB)', redis: 'Queue (Redis)' };

const Health = ({ ok }: { ok: boolean }) => (
  <span className={cn('inline-flex items-center gap-1.5', ok ? 'text-good' : 'text-bad')}>
    {ok ? <CheckCircle2 className="size-4" aria-hidden /> : <XCircle className="size-4" aria-hidden />}
    {ok ? 'Working' : 'Not reachable'}
  </span>
);

/** Nothing for those who have not the admin key. */
function OperatorKeys() {
  const { data: caller } = useQuery(sessionQuery);
  return (
    caller?.operator && (
      <Section
        title="API keys"
        text="Keys of a project, for programs and people. Only the admin key may see and make them."
      >
        <Suspense fallback={<Skeleton className="h-24 w-full" />}>
          <ApiKeys home={caller.project_id} />
        </Suspense>
      </Section>
    )
  );
}

/** What holds while the server asks nobody for a key. */
const OpenToAll = () => (
  <div className="rounded-lg border border-border bg-warn-soft px-4 py-3 text-sm">
    <p className="font-medium text-warn">Open: authentication is off</p>
    <p className="mt-0.5 text-soft">
      Everyone who can reach this address can read and change everything, so keep it on this machine, put your own
      gateway in front, or start the server with <code className="font-mono text-xs">AUTH_MODE=api_key</code>.
    </p>
  </div>
);
