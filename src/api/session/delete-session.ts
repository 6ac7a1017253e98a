import { AppError } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { isFromOwnPage, sessionCookie, sessionToken } from '../auth/session-cookie.ts';
import { defineEndpoint } from '../endpoint.ts';

export const deleteSession = (deps: Pick<ApiDeps, 'sessions'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/session',
    tag: 'Sessions',
    access: 'public',
    summary: 'Sign out',
    description:
      'Ends the session of the cookie, everywhere and at once. Also without one: then there is nothing to end.',
    responses: {
      204: { description: 'Signed out.', headers: { 'Set-Cookie': 'Takes the session away.' } },
    },
    problems: ['origin_not_allowed', 'database_unavailable'],
    async handler({ req }) {
      const token = sessionToken(req);
      if (token !== undefined && !isFromOwnPage(req)) throw new AppError('origin_not_allowed');
      if (token !== undefined) await deps.sessions.signOut(token);
      return { status: 204, headers: { 'Set-Cookie': sessionCookie(req, null) } };
    },
  });
