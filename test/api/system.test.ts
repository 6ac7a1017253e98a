import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { getInfo } from '../../src/api/system/get-info.ts';
import { getLive } from '../../src/api/system/get-live.ts';
import { getOk } from '../../src/api/system/get-ok.ts';
import { getReady } from '../../src/api/system/get-ready.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import { ERROR_CATALOGUE } from '../../src/shared/errors/error-catalogue.ts';
import { useFrame } from './test-api.ts';

const answers = async (): Promise<unknown> => 'PONG';
const checks = { mongo: answers, indexes: answers, redis: answers, redis_settings: answers, queue: answers };
const fine = { mongo: 'ok', indexes: 'ok', redis: 'ok', redis_settings: 'ok', queue: 'ok' };
const workers = { alive: 1, draining: 0, dead: 0 };
const api = useFrame(() => [
  getLive(),
  getReady({
    health: {
      checks: {
        mongo: () => checks.mongo(),
        indexes: () => checks.indexes(),
        redis: () => checks.redis(),
        redis_settings: () => checks.redis_settings(),
        queue: () => checks.queue(),
      },
      warnings: async () => [],
      workers: async () => workers,
    },
  }),
  getOk(),
  getInfo({ config: loadConfig({ AUTH_MODE: 'none' }), version: '1.2.3' }),
]);
const http = () => supertest(api.server);

describe('health', () => {
  it('is alive whatever else is', async () => {
    expect((await http().get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
    expect((await http().get('/ok').expect(200)).body).toEqual({ ok: true });
  });

  it('is ready while database and Redis answer, and says which of them does not', async () => {
    const ready = await http().get('/health/ready').expect(200);
    expect(ready.body).toEqual({ status: 'ok', checks: fine, problems: {}, warnings: [], workers });
    checks.redis = () => Promise.reject(new Error('Connection is closed.'));
    const failed = await http().get('/health/ready').expect(503);
    expect(failed.body).toMatchObject({
      status: 'failed',
      checks: { ...fine, redis: 'failed' },
      problems: { redis: 'It does not answer.' },
    });
    expect(failed.headers['retry-after']).toBe('1');
    checks.redis = answers;
  });

  it('is not ready when a check hangs', async () => {
    checks.mongo = () => Promise.withResolvers().promise;
    const failed = await http().get('/health/ready').expect(503);
    expect(failed.body.checks).toEqual({ ...fine, mongo: 'failed' });
    checks.mongo = answers;
  });

  it('tells version and limits', async () => {
    expect((await http().get('/info').expect(200)).body).toEqual({
      name: 'skein',
      version: '1.2.3',
      node: process.version,
      auth_mode: 'none',
      limits: { body_bytes: 1_048_576, queued_runs_per_thread: 1000 },
    });
  });
});

describe('the reference', () => {
  it('is the document of the endpoints that are there', async () => {
    const { body } = await http().get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).toSorted()).toEqual(
      ['/docs', '/docs/errors', '/health/live', '/health/ready', '/info', '/ok', '/openapi.json'].toSorted(),
    );
  });

  it('loads everything from this server, with no inline script or style', async () => {
    for (const path of ['/docs', '/docs/', '/docs?from=mail', '/docs/errors']) {
      const page = await http().get(path).expect(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.headers['content-security-policy']).not.toContain('unsafe');
      expect(page.text).not.toMatch(/https?:|<style|<script>|style=/);
      const files = [...page.text.matchAll(/(?:src|href)="(\/docs\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
      expect(files.length).toBeGreaterThan(1);
      for (const file of files) {
        const answer = await http().get(file).expect(200);
        expect(answer.headers['content-type']).toMatch(/^(text\/(css|javascript)|image\/png)/);
      }
    }
  });

  it('gives out no other files', async () => {
    for (const file of ['package.json', '..%2fpackage.json', 'swagger-ui-bundle.js.map', 'index.html'])
      expect((await http().get(`/docs/assets/${file}`)).status).toBe(404);
  });

  it('has a row for every code, where `type` points to', async () => {
    const { text } = await http().get('/docs/errors').expect(200);
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(text).toContain(`<tr id="${code}">`);
  });
});
