import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { assistantsQuery } from '../../api/assistants.ts';
import type { RunStatus } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Select } from '../../ui/field.tsx';
import { RANGES, type Range, type RunFilters, STATUSES } from './runs-search.ts';

const STATUS_LABELS: Record<RunStatus, string> = {
  queued: 'Queued',
  in_progress: 'Running',
  requires_action: 'Needs input',
  cancelling: 'Cancelling',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
  incomplete: 'Incomplete',
};

const select = 'h-8 w-full min-w-0 text-[0.8125rem] sm:w-auto sm:max-w-44';

/** Which runs are listed. */
export function RunFilterBar({ filters, onChange }: { filters: RunFilters; onChange: (filters: RunFilters) => void }) {
  const assistants = useQuery(assistantsQuery);
  const filtered = filters.status ?? filters.assistant ?? filters.range;
  return (
    <div className="grid shrink-0 grid-cols-2 items-center gap-2 border-border border-b px-4 pt-4 pb-3 sm:flex sm:flex-wrap sm:px-8">
      <Select
        aria-label="Status"
        value={filters.status ?? ''}
        className={cn(select, filters.status && chosen)}
        onChange={({ target }) =>
          onChange({ ...filters, status: (target.value || undefined) as RunStatus | undefined })
        }
      >
        <option value="">Any status</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {STATUS_LABELS[status]}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Assistant"
        value={filters.assistant ?? ''}
        className={cn(select, filters.assistant && chosen)}
        onChange={({ target }) => onChange({ ...filters, assistant: target.value || undefined })}
      >
        <option value="">Any assistant</option>
        {assistants.data?.map(({ assistant_id, name }) => (
          <option key={assistant_id} value={assistant_id}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Time"
        value={filters.range ?? ''}
        className={cn(select, filters.range && chosen)}
        onChange={({ target }) => onChange({ ...filters, range: (target.value || undefined) as Range | undefined })}
      >
        <option value="">Any time</option>
        {RANGES.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {filtered !== undefined && (
        <Button variant="ghost" size="sm" onClick={() => onChange({})}>
          <X /> Clear
        </Button>
      )}
    </div>
  );
}

const chosen = 'border-accent bg-accent-soft';
