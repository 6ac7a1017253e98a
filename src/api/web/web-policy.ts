/**
 * Content security policy of the web page: its own scripts, nothing inline, calls to this server only, no picture from elsewhere. Style tags need the
 * nonce of the very answer, because some interface parts add one at run time.
 */
export const webPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
