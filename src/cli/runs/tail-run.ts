import { followEvents } from '../api/follow-events.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { createRunText } from './run-text.ts';

const PATIENCE_MS = 600_000;

/** Shows a run until it has ended, over restarts of the server. Ends with `EXIT.incomplete` when it did not complete. */
export async function tailRun({ connection, output, signal, exitWith }: Context, runId: string): Promise<void> {
  const text = createRunText();
  let status = 'completed';
  const onTrouble = () => output.note('no answer; trying again');
  const path = `/runs/${encodeURIComponent(runId)}/stream`;
  await followEvents(connection, path, { forMs: PATIENCE_MS, signal, onTrouble }, ({ id, event = 'message', data }) => {
    const parsed = JSON.parse(data) as Record<string, unknown>;
    if (output.json) output.raw(`${JSON.stringify({ id: id ?? null, event, data: parsed })}\n`);
    else output.raw(text.render(event, parsed));
    if (event !== 'done') return 'more';
    status = String(parsed.status);
    return 'last';
  });
  output.note(`\n${runId} is ${status}`);
  if (status !== 'completed') exitWith(EXIT.incomplete);
}
