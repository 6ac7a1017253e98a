import { isOpen, listThreadRuns } from '../api/runs.ts';
import type { Run } from '../api/types.ts';

const FEW = 25;
const MANY = 100;

/** The runs of a thread that have not ended, in their order, and the newest that has. @throws ApiError; the signal's reason */
export async function readRuns(
  threadId: string,
  signal: AbortSignal,
): Promise<{ open: readonly Run[]; lastRun: Run | null }> {
  let { items: runs } = await listThreadRuns(threadId, FEW, signal);
  // A long queue hides the run in front of it.
  if (runs.length === FEW && runs.every(({ status }) => isOpen(status)))
    runs = (await listThreadRuns(threadId, MANY, signal)).items;
  return {
    open: runs.filter(({ status }) => isOpen(status)).sort((a, b) => a.seq - b.seq),
    lastRun: runs.find(({ status }) => !isOpen(status)) ?? null,
  };
}
