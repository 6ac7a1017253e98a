import { randomBytes } from 'node:crypto';
import type { Config } from '../../shared/config/load-config.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { AccessModels } from '../../shared/mongo/access-models.ts';
import type { BatchModels } from '../../shared/mongo/batch-models.ts';
import type { DocumentModels } from '../../shared/mongo/document-models.ts';
import { createKeyRepository } from '../../shared/mongo/key-repository.ts';
import type { Models } from '../../shared/mongo/models.ts';
import { createProjectRepository } from '../../shared/mongo/project-repository.ts';
import { createSessionRepository } from '../../shared/mongo/session-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { GuessGuard } from '../limits/guess-guard.ts';
import { authenticateAnyone, createAuthenticate } from '../middleware/authenticate.ts';
import { createKeyDirectory } from './key-directory.ts';
import { createKeyHash } from './key-hash.ts';
import { createKeyring } from './keyring.ts';
import { createOpenAnswers } from './open-answers.ts';
import { createSessions } from './sessions.ts';

type Access = Pick<ApiDeps, 'authenticate' | 'projects' | 'apiKeys' | 'keyHash' | 'sessions'>;

/** Who may come in, as AUTH_MODE says. The default project is there afterwards. */
export async function createAccess(deps: {
  readonly config: Config;
  readonly logger: Logger;
  readonly models: Models & AccessModels & BatchModels & DocumentModels;
  readonly guessGuard: GuessGuard;
}): Promise<Access> {
  const { config, logger, models, guessGuard } = deps;
  const keys = createKeyRepository(models);
  const projects = createProjectRepository(models, keys);
  // Without keys there is no secret, and nobody gets as far as making a key.
  const adminKey = config.ADMIN_KEY ?? randomBytes(32).toString('hex');
  const hash = createKeyHash({ ADMIN_KEY: adminKey, KEY_SECRET: config.KEY_SECRET });
  const directory = createKeyDirectory({ keys, logger, keepMs: config.KEY_CACHE_MS });
  const keyring = createKeyring({ adminKey, hash, directory });
  const sessions = createSessions({ hash, keyring, repository: createSessionRepository(models) });
  const access = { projects, apiKeys: keys, keyHash: hash, sessions };
  await projects.ensureDefault();
  switch (config.AUTH_MODE) {
    case 'none':
      return { ...access, authenticate: authenticateAnyone };
    case 'api_key': {
      const onRevoked = (keyId: string) => directory.forget(keyId);
      const openAnswers = createOpenAnswers({ keys, logger, everyMs: config.KEY_CACHE_MS, onRevoked });
      return { ...access, authenticate: createAuthenticate({ keyring, sessions, openAnswers, projects, guessGuard }) };
    }
  }
}
