import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { webPolicy } from './web-policy.ts';

/** What the build writes where the nonce of an answer goes (src/web/vite.config.ts). */
const NONCE = /__CSP_NONCE__/g;
const FILE = /^\/app\/(assets\/)?([A-Za-z0-9_-][A-Za-z0-9_.-]*)$/;
const NOT_BUILT = 'The web page is not built yet: run `npm run build:web`, or `npm start`, which does it for you.\n';

/**
 * The web page under `/app/`, and the way there from `/` for browsers. It answers navigations (GET that accepts text/html) and its own files; everything else,
 * on whatever path, is left to the API.
 * @param directory what `npm run build:web` made; looked at with every request, so it may come later
 */
export function createWebPage(directory: string): RequestHandler {
  const router = Router();
  router.get(['/', '/app'], (req, res, next) => {
    if (req.path === '/app/' || !isNavigation(req)) next();
    else res.setHeader('Cache-Control', 'no-store').redirect(302, '/app/');
  });
  router.get(/^\/app\//, (req, res, next) => {
    void sendFile(directory, req, res)
      .then((sent) => sent || (isNavigation(req) ? sendPage(directory, res) : next()))
      .catch(next);
  });
  return router;
}

const isNavigation = (req: Request): boolean => req.headers.accept?.includes('text/html') === true;

/** Names of assets carry a hash of what is in them, so they never change; the few other files are asked for again. */
async function sendFile(directory: string, req: Request, res: Response): Promise<boolean> {
  const [, assets, name] = FILE.exec(req.path) ?? [];
  if (name === undefined || (assets === undefined && !name.includes('.'))) return false;
  const path = join(assets ?? '.', name);
  res.setHeader('Vary', 'Accept-Encoding');
  res.setHeader('Cache-Control', assets === undefined ? 'no-cache' : 'public, max-age=31536000, immutable');
  res.type(name);
  // The build puts a compressed copy beside each text file.
  if (req.acceptsEncodings('gzip') && (await trySend(res, directory, `${path}.gz`, 'gzip'))) return true;
  if (await trySend(res, directory, path)) return true;
  for (const header of ['Vary', 'Cache-Control', 'Content-Type']) res.removeHeader(header);
  return false;
}

async function trySend(res: Response, root: string, path: string, encoding?: string): Promise<boolean> {
  const body = await readFile(join(root, path)).catch(absent);
  if (body === null) return false;
  if (encoding !== undefined) res.setHeader('Content-Encoding', encoding);
  res.send(body);
  return true;
}

async function sendPage(directory: string, res: Response): Promise<void> {
  const page = await readFile(join(directory, 'index.html'), 'utf8').catch(absent);
  res.setHeader('Cache-Control', 'no-store');
  if (page === null) {
    res.status(503).type('text/plain').send(NOT_BUILT);
    return;
  }
  const nonce = randomBytes(16).toString('base64url');
  res.setHeader('Content-Security-Policy', webPolicy(nonce));
  res.type('html').send(page.replaceAll(NONCE, nonce));
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR') return null;
  throw error;
}
