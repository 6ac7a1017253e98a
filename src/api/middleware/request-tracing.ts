import type { RequestHandler } from 'express';
import { NO_TRACING, type Tracing, traceFields } from '../../shared/tracing/tracing.ts';
import { methodOf, routeOf } from '../ops/request-metrics.ts';
import { requestIdOf } from './request-id.ts';
import { addLogFields } from './request-logger.ts';

/** A span for each request, in the trace of the client's `traceparent` if it sends one; the request's log line gets the `trace_id`. Health checks have none. */
export function createRequestTracing(tracing: Tracing): RequestHandler {
  if (tracing === NO_TRACING) return (_req, _res, next) => next();
  return (req, res, next) => {
    if (req.originalUrl.startsWith('/health/')) {
      next();
      return;
    }
    const { traceparent } = req.headers;
    const parent = typeof traceparent === 'string' ? traceparent : null;
    tracing.open(methodOf(req), { kind: 'server', parent }, (span) => {
      addLogFields(res, traceFields(tracing.current()));
      res.once('close', () => {
        span.rename(`${methodOf(req)} ${routeOf(req)}`);
        span.set({
          'http.request.method': methodOf(req),
          'http.route': routeOf(req),
          'http.response.status_code': res.statusCode,
          'skein.request_id': requestIdOf(res),
        });
        span.end();
      });
      next();
    });
  };
}
