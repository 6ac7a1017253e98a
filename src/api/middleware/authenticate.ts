import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyScope } from '../../shared/domain/api-key.ts';
import { DEFAULT_PROJECT_ID, uuidSchema } from '../../shared/domain/ids.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { ProjectRepository } from '../../shared/mongo/project-repository.ts';
import { isApiKey } from '../auth/api-key-text.ts';
import { presentedKey } from '../auth/credentials.ts';
import type { KeyDirectory } from '../auth/key-directory.ts';
import type { KeyHash } from '../auth/key-hash.ts';
import type { OpenAnswers } from '../auth/open-answers.ts';

/** What a caller needs for an endpoint: a scope of its key, or the admin key. */
export type Access = KeyScope | 'admin';

/** Who calls. */
export interface Principal {
  /** The project that everything of the request is confined to. */
  readonly projectId: string;
  /** null: the admin key, or nobody is asked for one. */
  readonly keyId: string | null;
}

/** @throws AppError missing_credentials, invalid_credentials, insufficient_scope, keys_disabled, not_found (the project that the operator named) */
export type Authenticate = (req: IncomingMessage, res: ServerResponse, access: Access) => Promise<Principal>;

/** `AUTH_MODE=none`: everyone is the default project, and there are no others. */
export const authenticateAnyone: Authenticate = async (_req, _res, access) => {
  if (access === 'admin')
    throw new AppError('keys_disabled', { detail: 'With AUTH_MODE=none there is one project, and there are no keys.' });
  return { projectId: DEFAULT_PROJECT_ID, keyId: null };
};

/** `AUTH_MODE=api_key`: the admin key may do everything, in the project that `X-Project-Id` names or the default one; others what their scopes say, in their own project. */
export function createAuthenticate(deps: {
  readonly adminKey: string;
  readonly hash: KeyHash;
  readonly directory: Pick<KeyDirectory, 'find'>;
  readonly openAnswers: OpenAnswers;
  readonly projects: Pick<ProjectRepository, 'get'>;
}): Authenticate {
  const { hash, directory, openAnswers, projects } = deps;
  const adminHash = Buffer.from(hash(deps.adminKey));

  return async (req, res, access) => {
    const key = presentedKey(req);
    const hashed = hash(key);
    // Hashes, so of one length and of nothing that a caller chooses: how long it takes says nothing of the key.
    if (timingSafeEqual(adminHash, Buffer.from(hashed)))
      return { projectId: await namedProject(projects, req, access), keyId: null };
    const grant = isApiKey(key) ? await directory.find(hashed) : null;
    if (!grant) throw new AppError('invalid_credentials', { detail: 'This key is wrong, or was revoked.' });
    if (!allows(grant.scopes, access))
      throw new AppError('insufficient_scope', {
        detail: access === 'admin' ? 'Only the admin key may do this.' : `This key lacks the scope "${access}".`,
      });
    openAnswers.add(grant.keyId, res);
    return { projectId: grant.projectId, keyId: grant.keyId };
  };
}

function allows(scopes: readonly KeyScope[], access: Access): boolean {
  switch (access) {
    case 'admin':
      return false;
    case 'read':
      return scopes.includes('read') || scopes.includes('runs');
    case 'runs':
    case 'ops':
      return scopes.includes(access);
  }
}

/** The project an operator works in. What is not confined to a project does not need one. */
async function namedProject(
  projects: Pick<ProjectRepository, 'get'>,
  { headers }: IncomingMessage,
  access: Access,
): Promise<string> {
  const named = headers['x-project-id'];
  if (named === undefined || access === 'admin' || access === 'ops') return DEFAULT_PROJECT_ID;
  const { data: projectId } = uuidSchema.safeParse(named);
  if (projectId === undefined || !(await projects.get(projectId))) throw notFound('project');
  return projectId;
}
