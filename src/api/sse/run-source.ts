import type { Message, Usage } from '../../shared/domain/message.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { RunStatus } from '../../shared/domain/run-status.ts';

/** Where a run stands. `position`: how many runs it waits behind; null when it does not wait. */
export interface RunProgress {
  readonly status: RunStatus;
  readonly position: number | null;
  readonly usage: Usage;
}

/** What a stream needs of the record. Null: the run does not exist (any more). Both may reject; the stream then asks again at its next heartbeat. */
export interface RunSource {
  load(): Promise<{ run: Run; messages: readonly Message[] } | null>;
  status(): Promise<RunProgress | null>;
}
