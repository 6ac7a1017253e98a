import type { IncomingMessage } from 'node:http';
import type { Config } from '../../shared/config/load-config.ts';
import { DEFAULT_PROJECT_ID } from '../../shared/domain/ids.ts';

/** Who calls: the project that everything of the request is confined to. */
interface Principal {
  readonly projectId: string;
}

/** @throws AppError missing_credentials, invalid_credentials */
export type Authenticate = (req: IncomingMessage) => Promise<Principal>;

/** `none`: everyone is the default project. */
export function createAuthenticate(mode: Config['AUTH_MODE']): Authenticate {
  switch (mode) {
    case 'none':
      return async () => ({ projectId: DEFAULT_PROJECT_ID });
  }
}
