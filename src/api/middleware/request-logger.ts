import type { Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { requestIdOf } from './request-id.ts';

const fieldsOf = new WeakMap<Response, Readonly<Record<string, string>>>();

/** Adds ids to the line of this request. */
export function addLogFields(res: Response, fields: Readonly<Record<string, string>>): void {
  fieldsOf.set(res, { ...fieldsOf.get(res), ...fields });
}

/**
 * One line per request, when it is over: ids, method, path, status, `duration_ms`. No headers, no bodies, no query string. Details of a 5xx are in the
 * same line. `req.log` writes with the request id.
 */
export function createRequestLogger(logger: Logger): RequestHandler {
  const line = (req: Request, res: Response, value: { duration_ms: number }) => ({
    method: req.method,
    path: req.originalUrl.split('?', 1)[0]?.slice(0, 200),
    status: res.statusCode,
    duration_ms: value.duration_ms,
    ...fieldsOf.get(res),
    ...(res.writableFinished ? {} : { aborted: true }),
  });
  return pinoHttp<Request, Response>({
    logger,
    quietReqLogger: true,
    quietResLogger: true,
    wrapSerializers: false,
    serializers: { req: () => undefined },
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    genReqId: (_req, res) => requestIdOf(res),
    customLogLevel: (req, res) => {
      if (res.err) return res.statusCode === 503 ? 'warn' : 'error';
      return req.originalUrl.startsWith('/health/') ? 'debug' : 'info';
    },
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: line,
    customErrorObject: (req, res, _error, value) => ({
      ...line(req, res, value),
      ...(res.err ? { err: res.err } : {}),
    }),
  });
}
