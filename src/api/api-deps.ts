import type { Config } from '../shared/config/load-config.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { AssistantRepository } from '../shared/mongo/assistant-repository.ts';
import type { ThreadRepository } from '../shared/mongo/thread-repository.ts';

/**
 * Everything the API works with. `createApp` and the endpoint factories get it; only main.ts and tests make it. A factory takes
 * the parts it needs: `(deps: Pick<ApiDeps, 'threads'>) => defineEndpoint(…)`.
 */
export interface ApiDeps {
  readonly config: Config;
  readonly logger: Logger;
  /** Version of Skein, from package.json. */
  readonly version: string;
  /** Readiness: a check rejects when the part cannot be used; one that takes too long counts as rejected. */
  readonly health: Readonly<Record<'mongo' | 'redis', () => Promise<unknown>>>;
  readonly threads: ThreadRepository;
  readonly assistants: AssistantRepository;
}
