import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for every answer. The policy is for JSON, which is never a page: nothing may be loaded by it or frame it; pages bring a policy of their
 * own. HSTS is left to whatever ends TLS in front: this server speaks plain HTTP and does not know.
 */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: false,
  });
