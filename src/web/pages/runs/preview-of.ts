import type { Run } from '../../api/types.ts';
import { textOf } from '../../conversation/text-of.ts';

/** What a run was asked, on one line. */
export function previewOf(run: Pick<Run, 'input'>): string {
  const asked = run.input.findLast(({ role }) => role === 'user') ?? run.input.at(-1);
  if (!asked) return 'Continues the thread';
  return textOf(asked.content).replace(/\s+/g, ' ').slice(0, 300).trim() || 'A picture';
}
