import type { ErrorRequestHandler } from 'express';
import { problemHeaders, toProblem } from '../problem.ts';
import { requestIdOf } from './request-id.ts';
import { toAppError } from './to-app-error.ts';

/**
 * The one place that turns what was thrown into an answer. A 5xx is told in the request's log line and, without details, to the client. When the answer
 * has begun, the socket is destroyed: a clean end would be taken for a complete one.
 */
export const errorHandler: ErrorRequestHandler = (thrown, req, res, _next) => {
  const error = toAppError(thrown);
  if (error.status >= 500) res.err = thrown instanceof Error ? thrown : error;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = JSON.stringify(toProblem(error, requestIdOf(res)));
  res.status(error.status).set(problemHeaders(error)).setHeader('Content-Length', Buffer.byteLength(body));
  res.end(req.method === 'HEAD' ? undefined : body);
};
