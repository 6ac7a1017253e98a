import type { Request, RequestHandler } from 'express';
import { Histogram, type Registry } from 'prom-client';
import { BOARD_PATH } from './bull-board.ts';

/**
 * Times every request from its arrival to the end of its answer, by method, route template and class of the status. A stream's time is how long it was open. What matched no
 * route, or is a file of the web page, is `other`; an answer that the client did not wait for counts with the status it had.
 */
export function createRequestMetrics(registry: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'skein_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer; for a stream, how long it was open.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  });
  return (req, res, next) => {
    const startedAt = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      duration.observe({ method: methodOf(req), route: routeOf(req), status: statusClass(res.statusCode) }, seconds);
    });
    next();
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Node knows some thirty methods, and a client may use any of them. */
export const methodOf = ({ method }: Request): string => (METHODS.has(method) ? method : 'other');

/** As in the reference: `/threads/{thread_id}`. */
export function routeOf(req: Request): string {
  // Its own routes are named from there on.
  if (req.originalUrl.startsWith(BOARD_PATH)) return BOARD_PATH;
  const path: unknown = req.route?.path;
  return typeof path === 'string' ? path.replaceAll(/:(\w+)/g, '{$1}') : 'other';
}

const statusClass = (status: number): string => `${Math.floor(status / 100)}xx`;
