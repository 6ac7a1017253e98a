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
   * @returns what was not so, or took longer than `withinMs` and the slowest answer to a request that needs neither Redis nor MongoDB: on a busy machine every request waits
   */
  during(forMs: number, expected: { readonly accepted: boolean; readonly withinMs: number }): Promise<string[]>;
  /** Waits for the ends of all runs that were accepted. @returns those that did not complete */
  settled(timeoutMs: number): Promise<string[]>;
  note(): string;
}

const EVERY_MS = 250;
const SLACK_MS = 500;

/** What came of one request. */
interface Asked {
  readonly what: string;
  readonly wrong: string | null;
  readonly took: number;
}

export async function createProbe(rig: Rig): Promise<Probe> {
  const assistant = await rig.client.createAssistant();
  const run = await rig.client.createRun({ assistant_id: assistant.assistant_id, input: 'first probe' });
  const acceptedIds = new Set([run.run_id]);
  const times: number[] = [];
  let refused = 0;

  async function ask(path: string, accepted: boolean, body?: object): Promise<Asked> {
    const startedAt = performance.now();
    const since = () => Math.round(performance.now() - startedAt);
    const what = `${body ? 'POST' : 'GET'} ${path}`;
    try {
      const answer = await fetch(`${rig.pickApi()}${path}`, {
        method: body ? 'POST' : 'GET',
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await answer.text();
      const took = since();
      if (answer.ok && body) acceptedIds.add((JSON.parse(text) as { run_id: string }).run_id);
      if (answer.status === 503) refused += 1;
      const right = answer.ok || (!accepted && answer.status === 503 && answer.headers.has('retry-after'));
      return { what, took, wrong: right ? null : `${what} answered ${answer.status} ${text.slice(0, 160)}` };
    } catch (error) {
      return { what, took: since(), wrong: `${what}: ${error} after ${since()} ms` };
    }
  }

  return {
    async during(forMs, { accepted, withinMs }) {
      const asked: Promise<Asked>[] = [];
      const idle: Promise<Asked>[] = [];
      const input = { assistant_id: assistant.assistant_id, input: 'probe' };
      for (const until = Date.now() + forMs; Date.now() < until; await sleep(EVERY_MS)) {
        asked.push(ask('/runs', accepted, input), ask(`/runs/${run.run_id}`, accepted));
        idle.push(ask('/health/live', true));
      }
      const [answers, controls] = [await Promise.all(asked), await Promise.all(idle)];
      times.push(...answers.map(({ took }) => took));
      const allowed = withinMs + SLACK_MS + Math.max(0, ...controls.map(({ took }) => took));
      return [...answers, ...controls].flatMap(({ what, wrong, took }) =>
        wrong === null
          ? took > allowed
            ? [`${what} took ${took} ms, ${Math.round(allowed)} are allowed`]
            : []
          : [wrong],
      );
    },
    async settled(timeoutMs) {
      const all = () => rig.models.runs.find({ _id: { $in: [...acceptedIds] } }).lean<RunDocument[]>();
      const ended = async () => (await all()).every((document) => isTerminal(document.status));
      await waitFor(ended, { what: 'runs accepted during an outage have ended', timeoutMs }).catch(() => undefined);
      const documents = await all();
      const wrong = documents.filter((document) => document.status !== 'completed');
      return [
        ...(documents.length < acceptedIds.size
          ? [`${acceptedIds.size - documents.length} accepted probes are gone`]
          : []),
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
