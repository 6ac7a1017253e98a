import type { Batch } from '../api/connection.ts';
import { followEvents } from '../api/follow-events.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { createBatchProgress } from '../output/batch-progress.ts';

/** Longer than a server takes to start again. */
const PATIENCE_MS = 900_000;

/** Waits for the end of a batch, over restarts of the server, and shows how it gets on. Ctrl-C leaves the batch as it is. */
export async function waitBatch({ connection, output, signal, exitWith }: Context, batchId: string): Promise<Batch> {
  const progress = createBatchProgress(output);
  let last: Batch | null = null;
  const onTrouble = () => progress.trouble('no answer; trying again');
  try {
    const path = `/batches/${encodeURIComponent(batchId)}/stream`;
    await followEvents(connection, path, { forMs: PATIENCE_MS, signal, onTrouble }, ({ event, data }) => {
      last = JSON.parse(data) as Batch;
      progress.show(last);
      return event === 'done' ? 'last' : 'more';
    });
  } catch (error) {
    if (signal.aborted) {
      progress.stop();
      output.note(`\nThe batch goes on without this. To come back to it: npx skein batch wait ${batchId}`);
    }
    throw error;
  } finally {
    progress.stop();
  }
  const batch = last as Batch | null;
  if (!batch) throw new Error('a stream without a batch');
  if (batch.counts.completed < batch.counts.total) exitWith(EXIT.incomplete);
  return batch;
}
