import { z } from 'zod';

/**
 * States of a run.
 *
 * - `queued`: accepted; waits for its turn on the thread or for a worker
 * - `in_progress`: a worker executes it
 * - `requires_action`: it waits for tool outputs of the client; it holds the thread and no worker
 * - `cancelling`: cancel was asked for; the worker has not stopped yet
 * - `completed`, `failed`, `cancelled`, `expired`, `incomplete`: ended; these never change again
 */
export const runStatusSchema = z.enum([
  'queued',
  'in_progress',
  'requires_action',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
  'expired',
  'incomplete',
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const TERMINAL_STATUSES = ['completed', 'failed', 'cancelled', 'expired', 'incomplete'] as const;
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

/** Is the run over for good? */
export const isTerminal = (status: RunStatus): status is TerminalStatus =>
  (TERMINAL_STATUSES as readonly RunStatus[]).includes(status);
