import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { type KeyScope, keyScopeSchema } from '../../shared/domain/api-key.ts';
import { DEFAULT_PROJECT_ID, uuidSchema } from '../../shared/domain/ids.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { ProjectRepository } from '../../shared/mongo/project-repository.ts';
import { presentedKey } from '../auth/credentials.ts';
import type { Holder, Keyring } from '../auth/keyring.ts';
import type { OpenAnswers } from '../auth/open-answers.ts';
import { isFromOwnPage, sessionToken } from '../auth/session-cookie.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { GuessGuard } from '../limits/guess-guard.ts';

/** What a caller needs for an endpoint: a scope of its key, any good key, or the admin key. */
export type Access = KeyScope | 'any' | 'admin';

/** Who calls. */
export interface Principal {
  /** The project that everything of the request is confined to. */
  readonly projectId: string;
  /** null: the operator, or nobody is asked for a key. */
  readonly keyId: string | null;
  readonly scopes: readonly KeyScope[];
  /** Of the project, instead of the general limit. */
  readonly requestsPerSecond?: number | null;
}

/** @throws AppError missing_credentials, invalid_credentials, insufficient_scope, origin_not_allowed, rate_limited (wrong keys from this address), keys_disabled, not_found (the project that the operator named) */
export type Authenticate = (req: Request, res: ServerResponse, access: Access) => Promise<Principal>;

const operatorOf = (projectId: string): Principal => ({ projectId, keyId: null, scopes: keyScopeSchema.options });

/** `AUTH_MODE=none`: everyone is the default project, and there are no others. */
export const authenticateAnyone: Authenticate = async (_req, _res, access) => {
  if (access === 'admin')
    throw new AppError('keys_disabled', { detail: 'With AUTH_MODE=none there is one project, and there are no keys.' });
  return operatorOf(DEFAULT_PROJECT_ID);
};

/**
 * `AUTH_MODE=api_key`: the admin key may do everything, in the project that `X-Project-Id` names or the default one; others what their scopes say, in their own project. A key in a header goes
 * before the cookie of a session.
 */
export function createAuthenticate(deps: {
  readonly keyring: Keyring;
  readonly sessions: Pick<Sessions, 'holderOf'>;
  readonly openAnswers: OpenAnswers;
  readonly projects: Pick<ProjectRepository, 'get'>;
  readonly guessGuard: Pick<GuessGuard, 'tryKey'>;
}): Authenticate {
  const { keyring, sessions, openAnswers, projects, guessGuard } = deps;

  async function holderOf(req: Request): Promise<Holder | null> {
    const key = presentedKey(req);
    if (key !== undefined) return guessGuard.tryKey(req, key, () => keyring.holderOf(key));
    const token = sessionToken(req);
    if (token === undefined)
      throw new AppError('missing_credentials', { detail: 'Send a key as x-api-key or as Authorization: Bearer.' });
    if (!isSafe(req) && !isFromOwnPage(req))
      throw new AppError('origin_not_allowed', { detail: 'A session can be used by pages of this server only.' });
    return sessions.holderOf(token);
  }

  return async (req, res, access) => {
    const holder = await holderOf(req);
    if (!holder) throw invalidKey();
    if (holder.kind === 'operator') return operatorOf(await namedProject(projects, req, access));
    const { keyId, projectId, scopes, requestsPerSecond } = holder.grant;
    if (!allows(scopes, access))
      throw new AppError('insufficient_scope', {
        detail: access === 'admin' ? 'Only the admin key may do this.' : `This key lacks the scope "${access}".`,
      });
    openAnswers.add(keyId, res);
    return { projectId, keyId, scopes, requestsPerSecond };
  };
}

/** The same words for every key that is not good, whatever is wrong with it. */
export const invalidKey = (): AppError =>
  new AppError('invalid_credentials', { detail: 'This key is wrong, or was revoked.' });

const isSafe = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

function allows(scopes: readonly KeyScope[], access: Access): boolean {
  switch (access) {
    case 'any':
      return true;
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
