import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, isForbidden, sentenceOf } from '../../../src/web/api/api-error.ts';
import { SIGN_IN_NEEDED, send, sessionNews } from '../../../src/web/api/send.ts';

describe('send', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((req, res) => res.writeHead(Number(req.url?.slice(1))).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => server.close());

  it('makes known that the server wants a session, with when it was asked, and hands the answer on', async () => {
    const heard: unknown[] = [];
    const hear = (event: Event) => heard.push(event instanceof CustomEvent ? event.detail : null);
    sessionNews.addEventListener(SIGN_IN_NEEDED, hear);
    for (const status of [200, 403, 503]) expect((await send(`${url}/${status}`)).status).toBe(status);
    expect(heard).toEqual([]);
    const before = performance.now();
    const answer = send(`${url}/401`);
    const sent = performance.now();
    expect((await answer).status).toBe(401);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toBeGreaterThanOrEqual(before);
    expect(heard[0]).toBeLessThanOrEqual(sent);
    sessionNews.removeEventListener(SIGN_IN_NEEDED, hear);
  });
});

describe('a refusal for want of a scope', () => {
  const refusal = new ApiError(403, { code: 'insufficient_scope', detail: 'This key lacks the scope "ops".' });

  it('says which, and what to do about it', () => {
    expect(isForbidden(refusal)).toBe(true);
    expect(sentenceOf(refusal)).toBe(
      'This key lacks the scope "ops". Sign in with a key that may do it, in the settings.',
    );
  });

  it('is not any other', () => {
    expect(isForbidden(new ApiError(403, { code: 'origin_not_allowed', detail: 'Pages only.' }))).toBe(false);
    expect(sentenceOf(new ApiError(404, { code: 'not_found', detail: 'No such run.' }))).toBe('No such run.');
  });
});
