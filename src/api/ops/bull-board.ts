import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import { type RequestHandler, Router } from 'express';
import type { Redis } from 'ioredis';
import { AppError } from '../../shared/errors/app-error.ts';
import type { BoardQueues } from '../../shared/queue/board-queues.ts';
import type { Authenticate } from '../middleware/authenticate.ts';

/** The adapter brings a copy of the types it implements, of a version of its own. */
type ServerAdapter = Parameters<typeof createBullBoard>[0]['serverAdapter'];

export const BOARD_PATH = '/ops/board';

/**
 * Its own files and nothing from elsewhere: it works without internet, and asks nobody for its fonts. Styles are inline in the page that the package renders.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Bull Board, for who may use `/ops` (in a browser with the cookie of a session). To look at only: what it could change, Skein would put right again, or not know of. So reading is all that gets through,
 * whatever the package offers.
 */
export function createBoardPage(deps: {
  readonly authenticate: Authenticate;
  readonly redis: Pick<Redis, 'status'>;
  /** Called once, when Redis is there and somebody looks. */
  readonly openQueues: () => BoardQueues;
}): RequestHandler {
  const { authenticate, redis, openQueues } = deps;
  let board: RequestHandler | null = null;

  function open(): RequestHandler {
    const server = new ExpressAdapter();
    server.setBasePath(BOARD_PATH);
    createBullBoard({
      queues: [...openQueues().adapters],
      serverAdapter: server as unknown as ServerAdapter,
      options: { uiConfig: { boardTitle: 'Skein queues', hideRedisDetails: true } },
    });
    return server.getRouter();
  }

  const router = Router();
  router.use(BOARD_PATH, async (req, res, next) => {
    await authenticate(req, res, 'ops');
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD');
      throw new AppError('method_not_allowed', { detail: 'The board is to look at; use the calls under /ops.' });
    }
    if (redis.status !== 'ready') throw new AppError('queue_unavailable', { detail: 'Redis is away.' });
    board ??= open();
    res.setHeader('Content-Security-Policy', POLICY);
    board(req, res, next);
  });
  return router;
}
