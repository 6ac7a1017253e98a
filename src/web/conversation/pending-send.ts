import { randomId } from '../api/random-id.ts';
import type { RunInput } from '../api/runs.ts';

/** A message that was sent and not answered by the server yet, or refused. */
export interface PendingSend {
  /** Of the message. */
  readonly id: string;
  /** Of the act of sending: sent again under the same key, it is one run. */
  readonly key: string;
  /** Null: nothing is added, what is there is answered anew. */
  readonly text: string | null;
  readonly createdAt: string;
  /** Where it goes on from, when that is not the end. */
  readonly checkpointId: string | null;
  /** Of a fork: the last message that stays; null when none does. */
  readonly keepUntil: string | null;
  readonly error: unknown;
}

/** A send with a key of its own, at the end of the thread unless `more` says otherwise. */
export const newSend = (
  text: string | null,
  more: Partial<Pick<PendingSend, 'id' | 'checkpointId' | 'keepUntil'>> = {},
): PendingSend => ({
  id: randomId(),
  key: randomId(),
  text,
  createdAt: new Date().toISOString(),
  checkpointId: null,
  keepUntil: null,
  error: null,
  ...more,
});

/** What the API is given. */
export const toRunInput = ({ id, text, checkpointId }: PendingSend): RunInput => ({
  input: text === null ? null : [{ id, role: 'user', content: text }],
  ...(checkpointId === null ? {} : { checkpoint_id: checkpointId }),
});
