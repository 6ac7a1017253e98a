import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { getQueues } from './get-queues.ts';
import { pauseLane } from './pause-lane.ts';
import { retryRun } from './retry-run.ts';
import { streamQueues } from './stream-queues.ts';

/**
 * Everything for operators, and nothing else: these look across projects. With `AUTH_MODE=none` every caller is an operator; where callers differ, this list is the one place
 * to check it, around `handle` of each.
 */
export const createOperations = (deps: ApiDeps): readonly Endpoint[] => [
  getQueues(deps),
  streamQueues(deps),
  ...pauseLane(deps),
  retryRun(deps),
];
