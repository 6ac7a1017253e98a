import { Check } from 'lucide-react';
import { Checkbox } from 'radix-ui';
import { useId } from 'react';

/** A list item that switches something on: its name as programs know it, and what it is. */
export function CheckboxRow({
  name,
  text,
  on,
  onChange,
}: {
  name: string;
  text: string;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Checkbox.Root
        id={id}
        checked={on}
        onCheckedChange={(checked) => onChange(checked === true)}
        className="grid size-4.5 shrink-0 place-items-center rounded-[5px] border border-strong-border bg-background data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Checkbox.Indicator>
          <Check className="size-3.5 text-on-accent" strokeWidth={3} aria-hidden />
        </Checkbox.Indicator>
      </Checkbox.Root>
      <label htmlFor={id} className="min-w-0 flex-1 cursor-pointer">
        <span className="block font-mono text-[0.8125rem]">{name}</span>
        <span className="block text-faint text-xs">{text}</span>
      </label>
    </li>
  );
}
