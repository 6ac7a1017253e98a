import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { cancelBatch } from './cancel-batch.ts';
import { createBatch } from './create-batch.ts';
import { deleteBatch } from './delete-batch.ts';
import { getBatch } from './get-batch.ts';
import { getResults } from './get-results.ts';
import { listBatches } from './list-batches.ts';
import { retryBatch } from './retry-batch.ts';
import { streamBatch } from './stream-batch.ts';

/** Everything about batches, in the order of the reference. */
export const createBatchEndpoints = (deps: ApiDeps): readonly Endpoint[] => [
  listBatches(deps),
  createBatch(deps),
  getBatch(deps),
  deleteBatch(deps),
  streamBatch(deps),
  getResults(deps),
  cancelBatch(deps),
  retryBatch(deps),
];
