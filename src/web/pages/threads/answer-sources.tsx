import { FileText } from 'lucide-react';
import { useId, useState } from 'react';
import { placeOf, sourcesOf } from '../../conversation/sources-of.ts';
import type { Turn } from '../../conversation/to-turns.ts';
import { cn } from '../../ui/cn.ts';

const SHOWN = 4;

/** The documents an answer was made from; each opens the passage that fitted best. Nothing when none were searched. */
export function AnswerSources({ turn }: { turn: Turn }) {
  const sources = sourcesOf(turn).slice(0, SHOWN);
  const [open, setOpen] = useState<string | null>(null);
  const id = useId();
  const shown = sources.find((source) => source.document_id === open);
  if (sources.length === 0) return null;
  return (
    <section aria-label="Sources" className="mt-3">
      <ul className="flex flex-wrap gap-1.5">
        {sources.map((source) => (
          <li key={source.document_id} className="min-w-0 max-w-full">
            <button
              type="button"
              aria-expanded={source === shown}
              aria-controls={id}
              onClick={() => setOpen(source === shown ? null : source.document_id)}
              className={cn(
                'flex max-w-full items-center gap-1.5 rounded-full border border-border px-2.5 py-1 text-soft text-xs hover:bg-muted',
                source === shown && 'bg-muted text-foreground',
              )}
            >
              <FileText className="size-3.5 shrink-0" aria-hidden />
              <span className="truncate">{placeOf(source)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div id={id}>
        {shown && (
          <blockquote
            // biome-ignore lint/a11y/noNoninteractiveTabindex: long passages are scrolled with the keyboard
            tabIndex={0}
            className="mt-2 max-h-60 overflow-auto whitespace-pre-wrap rounded-xl border border-border bg-surface px-3.5 py-2.5 text-soft text-xs leading-relaxed [overflow-wrap:anywhere]"
          >
            {shown.text}
          </blockquote>
        )}
      </div>
    </section>
  );
}
