import type { ReactNode } from 'react';
import type { Run } from '../../api/types.ts';
import { textOf } from '../../conversation/text-of.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { TextBlock } from './span-detail.tsx';

/** What the run was given: its input, and the values it is executed with. These never change after it was accepted. */
export function RunSettings({ run }: { run: Run }) {
  const { model, temperature, tools, limits, instructions } = run.options;
  const metadata = Object.keys(run.metadata).length > 0 ? JSON.stringify(run.metadata, null, 2) : '';
  return (
    <div className="space-y-6 p-4 @min-[32rem]:p-5">
      <section>
        <h3 className={heading}>Input</h3>
        {run.input.length === 0 && <p className="mt-1 text-soft text-sm">None: it continues from what is there.</p>}
        {run.input.map((message, index) => (
          <TextBlock key={message.id ?? index} label={roleOf(message.role)} text={textOf(message.content)} />
        ))}
      </section>
      <section>
        <h3 className={heading}>Settings</h3>
        <dl className="mt-2 divide-y divide-border rounded-lg border border-border">
          <Fact label="Model">{model}</Fact>
          <Fact label="Temperature">{temperature ?? 'The model’s own'}</Fact>
          <Fact label="Tools">
            {tools.map((tool) => (tool.type === 'builtin' ? tool.name : tool.function.name)).join(', ') || 'None'}
          </Fact>
          <Fact label="When the thread is busy">{BUSY[run.multitask_strategy]}</Fact>
          <Fact label="Model calls, at most">{limits.max_steps}</Fact>
          <Fact label="Tool calls, at most">{limits.max_tool_calls}</Fact>
          <Fact label="Time, at most">{formatDuration(limits.max_duration_ms)}</Fact>
          <Fact label="Tokens, at most">{limits.max_total_tokens?.toLocaleString('en') ?? 'No limit'}</Fact>
          <Fact label="Messages shown to the model">{limits.max_context_messages.toLocaleString('en')}</Fact>
        </dl>
      </section>
      <section>
        <h3 className={heading}>Where it ran</h3>
        <dl className="mt-2 divide-y divide-border rounded-lg border border-border">
          <Fact label="Run">{mono(run.run_id)}</Fact>
          <Fact label="Thread">{mono(run.thread_id)}</Fact>
          <Fact label="Place on the thread">{run.seq}</Fact>
          <Fact label="Lane">{run.lane}</Fact>
          <Fact label="Worker">{run.worker_id ? mono(run.worker_id) : '–'}</Fact>
          <Fact label="Put on the queue">{run.dispatch === 1 ? 'once' : `${run.dispatch} times`}</Fact>
        </dl>
      </section>
      {(instructions !== '' || metadata !== '') && (
        <section>
          {instructions !== '' && <TextBlock label="Instructions" text={instructions} />}
          {metadata !== '' && <TextBlock label="Metadata" text={metadata} />}
        </section>
      )}
    </div>
  );
}

const heading = 'font-medium text-[0.8125rem]';

const BUSY: Record<Run['multitask_strategy'], string> = {
  enqueue: 'Wait in order',
  reject: 'Refuse',
  interrupt: 'Stop the active run',
  rollback: 'Stop and rewind the active run',
};

const mono = (text: string) => <span className="break-all font-mono text-xs">{text}</span>;

const roleOf = (role: string): string => role.charAt(0).toUpperCase() + role.slice(1);

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex items-baseline justify-between gap-4 px-3 py-2 text-[0.8125rem]">
    <dt className="shrink-0 text-soft">{label}</dt>
    <dd className="min-w-0 break-words text-right tabular-nums">{children}</dd>
  </div>
);
