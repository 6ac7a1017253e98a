import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import { quantile } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

/** Single requests sent during an outage, with what must come of each. */
export interface Probe {
  /**
   * Submits a run and reads a run again and again for `forMs`. `accepted`: both must be answered with 2xx; otherwise with 2xx or with 503 and `Retry-After`.
   * @returns what was not so, or took longer than `withinMs`
   */
  during(forMs: number, expected: { readonly accepted: boolean; readonly withinMs: number }): Promise<string[]>;
  /** Waits for the ends of all runs that were accepted. @returns those that did not complete */
  settled(timeoutMs: number): Promise<string[]>;
  note(): string;
}

const EVERY_MS = 250;
/** The machine is busy with the load, and both sides of the request run on it. */
const SLACK_MS = 500;

export async function createProbe(rig: Rig): Promise<Probe> {
  const assistant = await rig.client.createAssistant();
  const run = await rig.client.createRun({ assistant_id: assistant.assistant_id, input: 'first probe' });
  const accepted = new Set([run.run_id]);
  const times: number[] = [];
  let refused = 0;

  async function ask(
    path: string,
    expected: { accepted: boolean; withinMs: number },
    body?: object,
  ): Promise<string[]> {
    const startedAt = performance.now();
    const what = `${body ? 'POST' : 'GET'} ${path}`;
    try {
      const answer = await fetch(`${rig.pickApi()}${path}`, {
        method: body ? 'POST' : 'GET',
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await answer.text();
      const took = Math.round(performance.now() - startedAt);
      times.push(took);
      if (answer.ok && body) accepted.add((JSON.parse(text) as { run_id: string }).run_id);
      if (answer.status === 503) refused += 1;
      const right = answer.ok || (!expected.accepted && answer.status === 503 && answer.headers.has('retry-after'));
      if (!right) return [`${what} answered ${answer.status} ${text.slice(0, 160)}`];
      return took > expected.withinMs + SLACK_MS ? [`${what} took ${took} ms`] : [];
    } catch (error) {
      return [`${what}: ${error} after ${Math.round(performance.now() - startedAt)} ms`];
    }
  }

  return {
    async during(forMs, expected) {
      const asked: Promise<string[]>[] = [];
      const input = { assistant_id: assistant.assistant_id, input: 'probe' };
      for (const until = Date.now() + forMs; Date.now() < until; await sleep(EVERY_MS))
        asked.push(ask('/runs', expected, input), ask(`/runs/${run.run_id}`, expected));
      return (await Promise.all(asked)).flat();
    },
    async settled(timeoutMs) {
      const all = () => rig.models.runs.find({ _id: { $in: [...accepted] } }).lean<RunDocument[]>();
      const ended = async () => (await all()).every((document) => isTerminal(document.status));
      await waitFor(ended, { what: 'runs accepted during an outage have ended', timeoutMs }).catch(() => undefined);
      const documents = await all();
      const wrong = documents.filter((document) => document.status !== 'completed');
      return [
        ...(documents.length < accepted.size ? [`${accepted.size - documents.length} accepted probes are gone`] : []),
        ...wrong.map(
          (document) => `the probe ${document._id} is ${document.status} ${document.last_error?.code ?? ''}`,
        ),
      ];
    },
    note: () =>
      times.length === 0
        ? ''
        : `${times.length} requests meanwhile, p50/p99 ${quantile(times, 0.5)}/${quantile(times, 0.99)} ms, ${refused} got 503`,
  };
}
