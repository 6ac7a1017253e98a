import type { Run } from '../../api/types.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { runNumbers } from './run-numbers.ts';

/** The numbers that are asked first. */
export function RunFacts({ run, now }: { run: Run; now: number }) {
  const { wait, firstToken, duration } = runNumbers(run, now);
  const { prompt_tokens, completion_tokens, total_tokens } = run.usage;
  const facts = [
    { label: 'Waited', value: show(wait), note: `${run.lane} lane` },
    { label: 'First token', value: show(firstToken), note: 'after the start' },
    { label: 'Ran', value: show(duration), note: run.attempt > 1 ? `${run.attempt} attempts` : '1 attempt' },
    {
      label: 'Tokens',
      value: total_tokens.toLocaleString('en'),
      note: `${prompt_tokens.toLocaleString('en')} in, ${completion_tokens.toLocaleString('en')} out`,
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px border-border border-b bg-border @min-[28.5rem]:grid-cols-4">
      {facts.map(({ label, value, note }) => (
        <div key={label} className="flex flex-col bg-background px-4 py-3.5 @min-[32rem]:px-5">
          <dt className="text-faint text-xs">{label}</dt>
          <dd className="mt-0.5 font-semibold text-base tabular-nums tracking-tight">{value}</dd>
          <dd className="truncate text-2xs text-faint tabular-nums" title={note}>
            {note}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const show = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));
