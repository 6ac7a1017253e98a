import type { ReactNode } from 'react';
import { Card } from '../../ui/page.tsx';

/** One subject of the settings. */
export const Section = ({ title, text, children }: { title: string; text: string; children: ReactNode }) => (
  <Card className="p-5">
    <h2 className="font-semibold text-[0.9375rem]">{title}</h2>
    <p className="mt-0.5 mb-4 text-faint text-sm">{text}</p>
    {children}
  </Card>
);

/** A name and what it is, in a `dl`. */
export const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex items-center justify-between gap-4 px-4 py-2.5 text-sm">
    <dt className="shrink-0 text-soft">{name}</dt>
    <dd className="min-w-0 break-words text-right font-medium tabular-nums">{children}</dd>
  </div>
);
