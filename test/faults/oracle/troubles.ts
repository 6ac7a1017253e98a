import type { ChildLine } from '../rig/child.ts';
import type { Rig } from '../rig/start-rig.ts';

const WARNING = 40;
const SHOWN = 10;
const LENGTH = 600;

/** What API and workers themselves thought worth a look (warnings and worse), each thing once with how often it was said: the first ten, for the log of a failed run. */
export function troublesOf(rig: Pick<Rig, 'apis' | 'workers'>): string[] {
  const lines = [...rig.apis, ...rig.workers].flatMap((child) => child.lines);
  const worth = lines.filter((line) => Number(line.level) >= WARNING || line.level === undefined);
  return [...Map.groupBy(worth, kindOf).values()]
    .slice(0, SHOWN)
    .map((same) => `${same.length} x ${JSON.stringify(same[0]).slice(0, LENGTH)}`);
}

/** Lines that differ in times, ids and numbers only are the same thing. */
function kindOf({ name, msg, err }: ChildLine): string {
  const { code, message } = (err ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return `${name} ${msg} ${code} ${message}`.replaceAll(/[0-9a-f-]{8,}|\d+/g, '#');
}
