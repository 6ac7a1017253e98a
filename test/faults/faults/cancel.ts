import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { waitFor } from '../../support/wait-for.ts';
import { nothingFound } from '../oracle/findings.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

/** Where a run is when it is cancelled, as a script for the fake model. */
const PHASES = {
  'mid-text': { tokens: 2000, delay_ms: 20 },
  'before the headers': { fault: { kind: 'hang' } },
  'in back-off': { fault: { kind: 'status', status: 429, retry_after: 30 } },
} as const;

interface ModelRequest {
  readonly user_text: string;
  readonly ended_at: number | null;
}

/**
 * A waited cancel of running runs in every phase of a model call. When it answers, the run is `cancelled` and the model's socket is closed; the figures are the milliseconds until it
 * answers. @param options.cut pub/sub connections are killed at the same moment, so that only the heartbeat can bring the wish
 */
export async function cancelRuns(rig: Rig, options: { readonly n: number; readonly cut: boolean }): Promise<Row> {
  const found = nothingFound();
  const redis = new Redis(rig.redis.url);
  const took: number[] = [];
  const { assistant_id } = await rig.client.createAssistant();
  const phases = Object.entries(PHASES);
  const asked = async (text: string): Promise<ModelRequest | undefined> => {
    const requests = (await (await fetch(`${rig.model.url}/requests`)).json()) as ModelRequest[];
    return requests.findLast((request) => request.user_text === text);
  };
  try {
    for (let n = 0; n < options.n; n += 1) {
      const [phase, answer] = phases[n % phases.length] ?? [];
      const text = `${randomUUID()} [[fake: ${JSON.stringify(answer)}]]`;
      const { run_id } = await rig.client.createRun({ assistant_id, input: text });
      await waitFor(() => asked(text), { what: 'the model was asked', timeoutMs: 20_000 });
      await sleep(Math.random() * 300);
      const killed = options.cut ? redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub') : null;
      const startedAt = performance.now();
      const ended = await rig.client.cancel(run_id, '?wait=true');
      took.push(performance.now() - startedAt);
      await killed;
      if (ended.status !== 'cancelled') found.wrong.push(`${phase}: the run is ${ended.status}`);
      // The fake hears of a closed socket a moment after the worker has closed it.
      const closed = await waitFor(async () => (await asked(text))?.ended_at !== null, {
        what: 'the socket is closed',
        timeoutMs: 250,
      }).catch(() => false);
      if (!closed) found.wrong.push(`${phase}: the model call went on after the answer`);
    }
  } finally {
    redis.disconnect();
  }
  return {
    fault: options.cut ? 'cancel while pub/sub is cut' : 'cancel',
    n: options.n,
    delivered: took.length,
    runs: options.n,
    found,
    resume: took,
  };
}
