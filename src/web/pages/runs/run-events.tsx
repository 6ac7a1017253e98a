import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, Radio } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '../../ui/cn.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Select } from '../../ui/field.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import type { RawEvent } from './follow-raw-events.ts';
import { useRawEvents } from './use-raw-events.ts';

const ROW = 32;
const NEAR_END = 48;

/** The raw events of a run, as `GET /runs/{id}/stream` sends them. While the run goes on the list stays at its end, unless the person has scrolled up. */
export function RunEvents({ runId }: { runId: string }) {
  const { events, state, error } = useRawEvents(runId);
  const [kind, setKind] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  const rows = useMemo(
    () => events.map((event, index) => ({ event, index })).filter(({ event }) => kind === '' || event.name === kind),
    [events, kind],
  );
  const kinds = useMemo(() => [...new Set(events.map(({ name }) => name))], [events]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.index ?? index,
    overscan: 12,
  });
  useEffect(() => {
    if (state === 'open' && atEnd.current && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [rows.length, state, virtual]);

  const toggle = (index: number) =>
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(index)) after.add(index);
      return after;
    });

  if (state === 'failed' && events.length === 0) return <ErrorState error={error} />;
  return (
    <div className="flex h-full flex-col">
      <div className="flex shrink-0 items-center gap-3 border-border border-b px-4 py-2 @min-[32rem]:px-5">
        <Select
          aria-label="Kind of event"
          value={kind}
          onChange={({ target }) => setKind(target.value)}
          className="h-8 w-auto text-[0.8125rem]"
        >
          <option value="">All events</option>
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <span className="text-faint text-xs tabular-nums">{rows.length.toLocaleString('en')}</span>
        <span className="ml-auto flex items-center gap-1.5 text-faint text-xs">
          <span
            aria-hidden
            className={cn('size-1.5 rounded-full', state === 'open' ? 'animate-breathe bg-accent' : 'bg-strong-border')}
          />
          {state === 'open' ? 'Following' : state === 'ended' ? 'Complete' : 'Interrupted'}
        </span>
        <CopyButton text={() => toFrames(events)} label="Copy all events" />
      </div>
      {events.length === 0 && state === 'ended' ? (
        <EmptyState icon={Radio} title="No events">
          The log of a run is kept for a while after its end; its steps are kept for good.
        </EmptyState>
      ) : (
        <div
          ref={box}
          role="log"
          aria-label="Events"
          aria-live="off"
          className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
          onScroll={({ currentTarget: at }) => {
            atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_END;
          }}
        >
          <div className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              return (
                row && (
                  <div
                    key={item.key}
                    data-index={item.index}
                    ref={virtual.measureElement}
                    className="absolute inset-x-0 top-0"
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <EventRow event={row.event} expanded={opened.has(row.index)} onToggle={() => toggle(row.index)} />
                  </div>
                )
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}

const TONES: Readonly<Record<string, string>> = {
  text: 'text-faint',
  error: 'text-bad',
  retrying: 'text-warn',
  requires_action: 'text-warn',
  done: 'text-good',
  message: 'text-accent',
};

const EventRow = ({ event, expanded, onToggle }: { event: RawEvent; expanded: boolean; onToggle: () => void }) => (
  <div className={cn('border-border/60 border-b', expanded && 'bg-surface')}>
    <button
      type="button"
      aria-expanded={expanded}
      onClick={onToggle}
      className="flex h-8 w-full items-center gap-2.5 px-4 text-left font-mono text-xs -outline-offset-2 hover:bg-muted/60 @min-[32rem]:px-5"
    >
      <ChevronRight
        className={cn('-ml-1 size-3.5 shrink-0 text-faint transition-transform', expanded && 'rotate-90')}
        aria-hidden
      />
      <span className="w-11 shrink-0 truncate text-faint tabular-nums" title={event.id ?? undefined}>
        {event.id ?? '–'}
      </span>
      <span className={cn('w-24 shrink-0 truncate font-medium', TONES[event.name] ?? 'text-foreground')}>
        {event.name}
      </span>
      <span className="min-w-0 flex-1 truncate text-soft">{summaryOf(event)}</span>
    </button>
    {expanded && (
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        className="mx-4 mb-3 max-h-80 overflow-auto whitespace-pre-wrap break-words rounded-lg border border-border bg-code px-3 py-2 font-mono text-xs leading-relaxed @min-[32rem]:mx-5"
      >
        {pretty(event.data)}
      </pre>
    )}
  </div>
);

/** The part of an event that tells it from its neighbours. */
function summaryOf({ name, data }: RawEvent): string {
  if (name !== 'text') return data.slice(0, 200);
  const parsed: unknown = JSON.parse(data);
  const { offset, delta } = parsed as { offset?: number; delta?: string };
  return `@${offset ?? 0} ${JSON.stringify(delta ?? '')}`;
}

const pretty = (data: string): string => JSON.stringify(JSON.parse(data), null, 2);

const toFrames = (events: readonly RawEvent[]): string =>
  events.map(({ id, name, data }) => `${id === null ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`).join('');
