import { diffLines } from 'diff';
import { cn } from '../../ui/cn.ts';

/** Two texts as one: lines that went, lines that came, and those around them that stayed. */
export function LineDiff({ before, after }: { before: string; after: string }) {
  // Every line ends in a break, so that the last one is not taken for another when something follows it.
  const parts = diffLines(`${before}\n`, `${after}\n`);
  const lines = parts.flatMap(({ value, added, removed }, part) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map(
        (text, line) =>
          ({ key: `${part} ${line}`, text, kind: added ? 'added' : removed ? 'removed' : 'same' }) as const,
      ),
  );
  return lines
    .filter(({ text, kind }) => kind === 'same' || text !== '' || lines.length > 2)
    .map(({ key, text, kind }) => {
      const { sign, name, className } = KINDS[kind];
      return (
        <div key={key} className={cn('flex gap-2 px-3', className)}>
          <span aria-hidden className="w-2 shrink-0 select-none font-mono">
            {sign}
          </span>
          {name && <span className="sr-only">{name}</span>}
          <span className="min-w-0 whitespace-pre-wrap break-words">{text === '' ? '\u00a0' : text}</span>
        </div>
      );
    });
}

const KINDS = {
  same: { sign: '', name: null, className: 'text-soft' },
  added: { sign: '+', name: 'added: ', className: 'bg-good-soft text-foreground' },
  removed: { sign: '−', name: 'removed: ', className: 'bg-bad-soft text-foreground' },
} as const;
