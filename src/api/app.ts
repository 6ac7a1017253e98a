import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../shared/errors/app-error.ts';
import type { ApiDeps } from './api-deps.ts';
import { withReference } from './docs/with-reference.ts';
import type { Endpoint } from './endpoint.ts';
import { createEndpoints } from './endpoints.ts';
import { checkAddress } from './middleware/check-address.ts';
import { createCors } from './middleware/cors.ts';
import { errorHandler } from './middleware/error-handler.ts';
import { requestId } from './middleware/request-id.ts';
import { createRequestLogger } from './middleware/request-logger.ts';
import { createRequestTracing } from './middleware/request-tracing.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { mountEndpoints } from './mount-endpoints.ts';
import { createRequestMetrics } from './ops/request-metrics.ts';
import { createWebPage } from './web/web-page.ts';

/** What the frame itself needs; the endpoints bring their own needs. */
export type FrameDeps = Pick<
  ApiDeps,
  'config' | 'logger' | 'version' | 'authenticate' | 'rateLimits' | 'registry' | 'tracing'
>;

/** Where `npm run build:web` puts the web page. */
const WEB_DIRECTORY = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** The whole API as an Express app that does not listen. */
export const createApp = (deps: ApiDeps): Express => createFrame(deps, createEndpoints(deps), [deps.board]);

/** The frame around a list of endpoints: everything that holds for each request, the web page and the reference pages. */
export function createFrame(
  { config, logger, version, authenticate, rateLimits, registry, tracing }: FrameDeps,
  endpoints: readonly Endpoint[],
  pages: readonly RequestHandler[] = [],
): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false);
  app.use(createRequestMetrics(registry));
  // A number counts from the nearest proxy: what a client writes into the header itself is further away.
  app.set('trust proxy', config.TRUST_PROXY_HOPS);
  app.use(requestId, createRequestLogger(logger), createRequestTracing(tracing));
  app.use(securityHeaders(), createCors(config.CORS_ORIGINS), checkAddress);
  app.use(createWebPage(WEB_DIRECTORY), ...pages);
  mountEndpoints(app, withReference(endpoints, version), {
    authenticate,
    rateLimits,
    bodyLimitBytes: config.BODY_LIMIT_BYTES,
  });
  app.use(() => {
    throw new AppError('route_not_found', { detail: 'There is no such route; /docs lists those that exist.' });
  });
  app.use(errorHandler);
  return app;
}
