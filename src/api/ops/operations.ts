import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { drainWorker } from './drain-worker.ts';
import { getMetrics } from './get-metrics.ts';
import { getQueues } from './get-queues.ts';
import { pauseLane } from './pause-lane.ts';
import { pauseProject } from './pause-project.ts';
import { retryRun } from './retry-run.ts';
import { retryRuns } from './retry-runs.ts';
import { streamQueues } from './stream-queues.ts';

/**
 * Everything for operators, and nothing else: queues and lanes are shared by all projects. Keys with the scope `ops` may use it, and reach runs of their own project only.
 */
export const createOperations = (deps: ApiDeps): readonly Endpoint[] => [
  getQueues(deps),
  streamQueues(deps),
  ...pauseLane(deps),
  ...pauseProject(deps),
  ...drainWorker(deps),
  retryRun(deps),
  retryRuns(deps),
  getMetrics(deps),
];
