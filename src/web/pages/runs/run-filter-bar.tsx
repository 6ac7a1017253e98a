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

/** Which runs are listed. */
export function RunFilterBar({ filters, onChange }: { filters: RunFilters; onChange: (filters: RunFilters) => void }) {
  const assistants = useQuery(assistantsQuery);
  const filtered = filters.status ?? filters.assistant ?? filters.range;
  return (
    <div className="grid shrink-0 grid-cols-2 items-center gap-2 border-border border-b px-4 pt-4 pb-3 sm:flex sm:flex-wrap sm:px-8">
      <FilterSelect
        label="Status"
        any="Any status"
        value={filters.status}
        options={STATUSES.map((status) => ({ value: status, label: STATUS_LABELS[status] }))}
        onChange={(status) => onChange({ ...filters, status: status as RunStatus | undefined })}
      />
      <FilterSelect
        label="Assistant"
        any="Any assistant"
        value={filters.assistant}
        options={assistants.data?.map(({ assistant_id, name }) => ({ value: assistant_id, label: name })) ?? []}
        onChange={(assistant) => onChange({ ...filters, assistant })}
      />
      <FilterSelect
        label="Time"
        any="Any time"
        value={filters.range}
        options={RANGES}
        onChange={(range) => onChange({ ...filters, range: range as Range | undefined })}
      />
      {filtered !== undefined && (
        <Button variant="ghost" size="sm" onClick={() => onChange({})}>
          <X /> Clear
        </Button>
      )}
    </div>
  );
}

function FilterSelect({
  label,
  any,
  value,
  options,
  onChange,
}: {
  label: string;
  /** What it says when nothing is chosen. */
  any: string;
  value: string | undefined;
  options: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={label}
      value={value ?? ''}
      className={cn(
        'h-8 w-full min-w-0 text-[0.8125rem] sm:w-auto sm:max-w-44',
        value !== undefined && 'border-accent bg-accent-soft',
      )}
      onChange={({ target }) => onChange(target.value || undefined)}
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  );
}
