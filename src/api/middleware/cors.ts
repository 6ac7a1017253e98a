import type { RequestHandler } from 'express';
import { AppError } from '../../shared/errors/app-error.ts';

const EXPOSED = [
  'Content-Location',
  'Location',
  'Link',
  'X-Pagination-Next',
  'X-Request-Id',
  'Idempotent-Replayed',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
].join(', ');

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const PREFLIGHT_SECONDS = '600';

/**
 * Lets pages of the listed origins call the API. They send keys in headers; cookies are for our own page, so credentials mode is not offered and any
 * request header is allowed. A preflight of another origin is refused; its plain requests get no CORS headers, which the browser enforces.
 * @param origins comma separated; `*` is any
 */
export function createCors(origins: string): RequestHandler {
  const listed = new Set(
    origins
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  );
  const any = listed.has('*');
  return (req, res, next) => {
    const { origin } = req.headers;
    const wanted = req.headers['access-control-request-method'];
    const preflight = req.method === 'OPTIONS' && origin !== undefined && wanted !== undefined;
    if (!any) res.vary('Origin');
    if (origin === undefined || !(any || listed.has(origin))) {
      next(preflight ? new AppError('origin_not_allowed') : undefined);
      return;
    }
    res.setHeader('Access-Control-Allow-Origin', any ? '*' : origin);
    res.setHeader('Access-Control-Expose-Headers', EXPOSED);
    if (!preflight) {
      next();
      return;
    }
    res.setHeader('Access-Control-Allow-Methods', METHODS);
    res.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
    const headers = req.headers['access-control-request-headers'];
    if (headers !== undefined) {
      res.setHeader('Access-Control-Allow-Headers', headers);
      res.vary('Access-Control-Request-Headers');
    }
    res.status(204).end();
  };
}
