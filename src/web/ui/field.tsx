import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from './cn.ts';

const box =
  'w-full rounded-lg border border-border bg-background px-3 text-sm shadow-xs transition-colors placeholder:text-faint hover:border-strong-border focus-visible:border-ring focus-visible:outline-2 focus-visible:-outline-offset-1 aria-invalid:border-bad';

export const Input = ({ className, ...props }: ComponentProps<'input'>) => (
  <input className={cn(box, 'h-9', className)} {...props} />
);

export const TextArea = ({ className, ...props }: ComponentProps<'textarea'>) => (
  <textarea className={cn(box, 'min-h-24 py-2 leading-relaxed', className)} {...props} />
);

/** The browser's own list of choices: the one every phone and screen reader knows. */
export const Select = ({ className, ...props }: ComponentProps<'select'>) => (
  <select className={cn(box, 'select-chevron h-9 appearance-none pr-8', className)} {...props} />
);

/** A label, a control and what is to be said about it. The control takes the given id and describedby. */
export function Field({
  label,
  hint,
  error,
  aside,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** At the right of the label, such as a counter. */
  aside?: ReactNode;
  children: (control: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode;
}) {
  const id = useId();
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium text-[0.8125rem]">
          {label}
        </label>
        {aside !== undefined && <span className="text-faint text-xs tabular-nums">{aside}</span>}
      </div>
      {children({ id, 'aria-describedby': `${id}-says`, 'aria-invalid': error !== undefined })}
      <p id={`${id}-says`} className={cn('mt-1.5 text-xs empty:hidden', error ? 'text-bad' : 'text-faint')}>
        {error ?? hint}
      </p>
    </div>
  );
}
