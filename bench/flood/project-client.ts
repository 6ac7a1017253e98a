import { setTimeout as delay } from 'node:timers/promises';
import type { Model } from 'mongoose';
import type { Lane } from '../../src/shared/domain/run.ts';
import { TERMINAL_STATUSES } from '../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../src/shared/mongo/documents.ts';

/** What the record says about the runs of a project. */
export type TimedRun = Pick<RunDocument, 'status' | 'attempt' | 'created_at' | 'started_at' | 'finished_at'>;

export interface ProjectClient {
  /** Posts runs, `PARALLEL` at a time, each on a temporary thread of its own. @throws on any answer but 202 */
  post(count: number, lane?: Lane): Promise<void>;
  /** Waits until every run of the project has ended, and takes them out of the record. */
  over(): Promise<TimedRun[]>;
}

const PARALLEL = 32;
const POLL_MS = 100;

/** A project with a key and an assistant of its own. */
export async function createProjectClient(deps: {
  url: string;
  adminKey: string;
  input: string;
  runs: Model<RunDocument>;
}): Promise<ProjectClient> {
  const { url, adminKey, input, runs } = deps;
  async function call<T>(path: string, key: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json', 'x-api-key': key };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  const { project_id } = await call<{ project_id: string }>('/projects', adminKey, { name: 'Bench' });
  const made = await call<{ key: string }>(`/projects/${project_id}/keys`, adminKey, { name: 'b', scopes: ['runs'] });
  const { assistant_id } = await call<{ assistant_id: string }>('/assistants', made.key, { name: 'Bench' });

  return {
    async post(count, lane = 'interactive') {
      let left = count;
      const client = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await call('/runs', made.key, { assistant_id, input, lane });
        }
      };
      await Promise.all(Array.from({ length: Math.min(PARALLEL, count) }, client));
    },
    async over() {
      const open = { project_id, status: { $nin: [...TERMINAL_STATUSES] } };
      while ((await runs.countDocuments(open)) > 0) await delay(POLL_MS);
      const fields = { status: 1, attempt: 1, created_at: 1, started_at: 1, finished_at: 1 } as const;
      const ended = await runs.find({ project_id }, fields).batchSize(100_000).lean<TimedRun[]>();
      await runs.deleteMany({ project_id });
      return ended;
    },
  };
}
