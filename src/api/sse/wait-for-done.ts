import { isTerminal, type RunStatus } from '../../shared/domain/run-status.ts';
import type { RunEventHub } from '../../shared/run-events/run-event-hub.ts';
import type { RunProgress, RunSource } from './run-source.ts';

/**
 * Waits until the record says that the run has ended (`ended`, default: a terminal status). Its `done` event is only the bell: the record is
 * asked at the beginning, at `done`, after lost connections and every `heartbeatMs`.
 * @returns how it ended; null when the run was deleted
 * @throws signal.reason when aborted
 */
export async function waitForDone(options: {
  readonly hub: RunEventHub;
  readonly source: Pick<RunSource, 'status'>;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly heartbeatMs: number;
  readonly ended?: (status: RunStatus) => boolean;
}): Promise<RunProgress | null> {
  const { hub, source, signal, heartbeatMs, ended = isTerminal } = options;
  let rung = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  const release = hub.listen(options.runId, { batch: (batch) => batch.done && ring(), resync: ring });
  signal.addEventListener('abort', ring);
  try {
    while (true) {
      signal.throwIfAborted();
      rung = false;
      const progress = await source.status().catch(() => undefined);
      if (progress === null || (progress !== undefined && ended(progress.status))) return progress;
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, heartbeatMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wake = null;
    }
  } finally {
    signal.removeEventListener('abort', ring);
    release();
  }
}
