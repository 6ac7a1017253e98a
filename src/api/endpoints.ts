import type { ApiDeps } from './api-deps.ts';
import type { Endpoint } from './endpoint.ts';
import { getThread } from './threads/get-thread.ts';

/**
 * Every endpoint, in the order of the reference. Factories only keep `deps` for later: the OpenAPI document is made from endpoints that have none.
 */
export function createEndpoints(deps: ApiDeps): readonly Endpoint[] {
  return [getThread(deps)];
}
