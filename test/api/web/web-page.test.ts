import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express, { type Express } from 'express';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebPage } from '../../../src/api/web/web-page.ts';

const PAGE =
  '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script src="/app/assets/index-1.js" nonce="__CSP_NONCE__"></script>';
const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8';
let directory = '';
let app: Express;
const get = (path: string, accept = BROWSER) => supertest(app).get(path).set('Accept', accept);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-web-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, 'theme.js'), 'theme()');
  await writeFile(join(directory, 'assets/index-1.js'), 'start()');
  await writeFile(join(directory, 'assets/index-1.js.gz'), gzipSync('start()'));
  app = serving(directory);
});
afterAll(() => rm(directory, { recursive: true }));

function serving(path: string): Express {
  const server = express();
  server.use(createWebPage(path));
  server.use((_req, res) => void res.status(404).json({ code: 'route_not_found' }));
  return server;
}

describe('the web page', () => {
  it('is what a browser gets for every address under /app/', async () => {
    for (const path of ['/app/', '/app/threads', '/app/threads/0190a3b4-0000-7000-8000-000000000002?panel=run']) {
      const { status, headers, text } = await get(path);
      expect({ status, type: headers['content-type'], cache: headers['cache-control'] }, path).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
        cache: 'no-store',
      });
      expect(text).toContain('/app/assets/index-1.js');
    }
  });

  it('has a nonce of its own in every answer, the same in page and policy, and allows no inline script', async () => {
    const answers = [await get('/app/'), await get('/app/')];
    const nonces = answers.map(({ text }) => /nonce="([\w-]+)"/.exec(text)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    for (const [index, { headers, text }] of answers.entries()) {
      expect(text).not.toContain('__CSP_NONCE__');
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonces[index]}'`);
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
  });

  it('is where a browser is sent from the root and from /app', async () => {
    for (const path of ['/', '/app']) {
      const { status, headers } = await get(path);
      expect({ status, location: headers.location }).toEqual({ status: 302, location: '/app/' });
    }
  });

  it('is not in the way of API clients', async () => {
    for (const path of ['/', '/app', '/app/', '/app/threads', '/threads'])
      expect((await get(path, 'application/json')).status, path).toBe(404);
    expect((await supertest(app).post('/app/').set('Accept', BROWSER)).status).toBe(404);
  });
});

describe('a file of the web page', () => {
  it('may be kept for ever when its name has a hash, and is asked for again otherwise', async () => {
    const asset = await get('/app/assets/index-1.js', '*/*');
    expect(asset.text).toBe('start()');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toContain('javascript');
    expect((await get('/app/theme.js', '*/*')).headers['cache-control']).toBe('no-cache');
  });

  it('is sent compressed only to those who take it', async () => {
    const packed = await get('/app/assets/index-1.js').set('Accept-Encoding', 'gzip');
    const plain = await get('/app/assets/index-1.js').set('Accept-Encoding', 'identity');
    expect([packed.headers['content-encoding'], plain.headers['content-encoding']]).toEqual(['gzip', undefined]);
    expect([packed.text, plain.text]).toEqual(['start()', 'start()']);
  });

  it('that is not there is a 404, and nothing outside of the folder is found', async () => {
    for (const path of ['/app/assets/gone.js', '/app/assets/..%2findex.html', '/app/%2e%2e/package.json', '/app/.vite'])
      expect((await get(path, '*/*')).status, path).toBe(404);
  });
});

describe('a web page that was not built', () => {
  it('says so in one sentence', async () => {
    const { status, text } = await supertest(serving(join(directory, 'none')))
      .get('/app/')
      .set('Accept', BROWSER);
    expect(status).toBe(503);
    expect(text).toContain('npm run build:web');
  });
});
