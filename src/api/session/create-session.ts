import { z } from 'zod';
import { keyScopeSchema } from '../../shared/domain/api-key.ts';
import { DEFAULT_PROJECT_ID } from '../../shared/domain/ids.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { sessionCookie } from '../auth/session-cookie.ts';
import { defineEndpoint } from '../endpoint.ts';
import { invalidKey } from '../middleware/authenticate.ts';
import { callerSchema, exampleCaller, toCaller } from './session-schema.ts';

const bodySchema = z
  .strictObject({ key: z.string().min(1).max(1024) })
  .meta({ id: 'SessionInput', example: { key: 'skein_4kX9Tc…' } });

export const createSession = (deps: Pick<ApiDeps, 'sessions' | 'config' | 'guessGuard'>) =>
  defineEndpoint({
    method: 'post',
    path: '/session',
    tag: 'Sessions',
    access: 'public',
    summary: 'Sign in',
    description:
      'For the web page: exchanges a key for a cookie that no script can read and no other site can use. It lasts 12 hours, or as long as the key is good. Programs send the key itself.',
    body: bodySchema,
    responses: {
      200: {
        description: 'Signed in.',
        schema: callerSchema,
        headers: { 'Set-Cookie': 'The session.' },
        example: exampleCaller,
      },
    },
    problems: ['invalid_credentials', 'rate_limited', 'keys_disabled', 'database_unavailable'],
    async handler({ body, req }) {
      if (deps.config.AUTH_MODE === 'none')
        throw new AppError('keys_disabled', { detail: 'With AUTH_MODE=none there is nothing to sign in with.' });
      deps.guessGuard.countSignIn(req);
      const signedIn = await deps.sessions.signIn(body.key);
      if (!signedIn) throw invalidKey();
      const { token, holder } = signedIn;
      const caller =
        holder.kind === 'key'
          ? holder.grant
          : { projectId: DEFAULT_PROJECT_ID, keyId: null, scopes: keyScopeSchema.options };
      return { status: 200, headers: { 'Set-Cookie': sessionCookie(req, token) }, body: toCaller(caller) };
    },
  });
