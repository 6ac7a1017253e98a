import type { IncomingMessage } from 'node:http';

export const SESSION_COOKIE = 'skein_session';
/** How long a sign-in lasts. */
export const SESSION_SECONDS = 12 * 3600;

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** The token in the cookie of a request; undefined without one of our form. */
export function sessionToken({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && FORM.test(value)) return value;
  }
  return undefined;
}

/**
 * For `Set-Cookie`: no script can read it and no other site makes the browser send it. `Secure` where something in front says that it speaks TLS: this server does not know.
 * @param token null: forget it
 */
export function sessionCookie({ headers }: Pick<IncomingMessage, 'headers'>, token: string | null): string {
  const secure = headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  const age = token === null ? 0 : SESSION_SECONDS;
  return `${SESSION_COOKIE}=${token ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * May a request that a browser sends with a cookie by itself change something? Only when a page of this very origin asked for it: the browser says so (`Sec-Fetch-Site`), or, over plain
 * HTTP, where it does not, the origin is the host that was called. `SameSite` alone lets other ports and sub-domains in.
 */
export function isFromOwnPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
