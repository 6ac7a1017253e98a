import type { KeyScope } from '../../../src/shared/domain/api-key.ts';
import type { Project } from '../../../src/shared/domain/project.ts';
import { type Skein, type SkeinOptions, useSkein } from '../../support/skein.ts';

export const ADMIN_KEY = 'canary-admin-key-of-the-tests';

export interface MadeKey {
  readonly key_id: string;
  readonly key: string;
}

/** A server that asks for keys, and what the operator does on it. */
export interface AuthSkein extends Skein {
  /** As the operator; throws when the answer is no 2xx. */
  admin<T>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
  createProject(name?: string): Promise<Project>;
  createKey(projectId: string, scopes?: readonly KeyScope[]): Promise<MadeKey>;
}

export const withKey = (key: string) => ({ 'x-api-key': key }) as const;

export function useAuthSkein({ env, ...options }: SkeinOptions = {}): AuthSkein {
  const skein = useSkein({ ...options, env: { AUTH_MODE: 'api_key', ADMIN_KEY, KEY_CACHE_MS: '100', ...env } });
  const admin: AuthSkein['admin'] = async <T>(method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await skein.send<T>(method, path, body, { ...withKey(ADMIN_KEY), ...headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return Object.assign(skein, {
    admin,
    createProject: (name = 'Test') => admin<Project>('POST', '/projects', { name }),
    createKey: (projectId: string, scopes: readonly KeyScope[] = ['runs']) =>
      admin<MadeKey>('POST', `/projects/${projectId}/keys`, { name: 'Test', scopes }),
  });
}
