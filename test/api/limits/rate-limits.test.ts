import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newApiKey } from '../../../src/api/auth/api-key-text.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Project } from '../../../src/shared/domain/project.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from '../auth/auth-support.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

const skein = useAuthSkein({
  workers: 0,
  env: {
    RATE_LIMIT_PER_KEY: '2',
    RATE_LIMIT_PER_PROJECT: '3',
    RATE_LIMIT_WINDOW_MS: '5000',
    KEY_GUESSES_PER_MINUTE: '4',
    TRUST_PROXY_HOPS: '1',
  },
  lateEnv: () => ({ REDIS_URL: redis.url }),
});

interface Problem {
  readonly code?: string;
  readonly limit?: object;
}
const get = (headers: Readonly<Record<string, string>>) => skein.send<Problem>('GET', '/threads', undefined, headers);

/** What `times` requests answered, by status. */
async function flood(times: number, headers: Readonly<Record<string, string>>) {
  const answers = [];
  for (let n = 0; n < times; n += 1) answers.push(await get(headers));
  return answers;
}
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status);
const ten = { ok: Array(10).fill(200), refused: (count: number) => Array(count).fill(429) };

/** A client behind the one trusted proxy, which adds the address it was called from. */
let hosts = 0;
const newAddress = (): string => {
  hosts += 1;
  return `192.0.2.${hosts}`;
};
const from = (address: string, forged = '') => ({
  'x-forwarded-for': forged === '' ? address : `${forged}, ${address}`,
});

async function project(keys: number): Promise<string[]> {
  const { project_id } = await skein.createProject();
  const made = [];
  for (let n = 0; n < keys; n += 1) made.push((await skein.createKey(project_id)).key);
  return made;
}

describe('the rate of a key', () => {
  it('is told in every answer, with what is left from half of it on, and named when it is used up', async () => {
    const [key = ''] = await project(1);
    const first = await get(withKey(key));
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=10;w=5, "project";q=15;w=5');
    expect(first.headers.get('ratelimit')).toBe(null);
    const answers = await flood(12, withKey(key));
    expect(statuses(answers)).toEqual([...ten.ok.slice(1), ...ten.refused(3)]);
    expect(answers[4]?.headers.get('ratelimit')).toMatch(/^"key";r=4;t=[1-5], "project";r=9;t=[1-5]$/);
    const refused = answers.at(-1);
    expect(refused?.body).toMatchObject({
      code: 'rate_limited',
      status: 429,
      limit: { scope: 'key', max: 10, window_ms: 5000 },
    });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(5);
    expect(refused?.headers.get('ratelimit')).toMatch(/^"key";r=0;t=[1-5], /);
  });

  it('is not escaped by another address', async () => {
    const [key = ''] = await project(1);
    const answers = [];
    for (let n = 0; n < 12; n += 1)
      answers.push(await get({ ...withKey(key), ...from(newAddress(), `203.0.113.${n}`) }));
    expect(statuses(answers)).toEqual([...ten.ok, 429, 429]);
  });
});

describe('the rate of a project', () => {
  it('is that of its keys together, and neither that of other projects nor that of the operator', async () => {
    const [a = '', b = ''] = await project(2);
    const [other = ''] = await project(1);
    expect(statuses(await flood(10, withKey(a)))).toEqual(ten.ok);
    const answers = await flood(8, withKey(b));
    expect(statuses(answers)).toEqual([...ten.ok.slice(5), 429, 429, 429]);
    expect(answers.at(-1)?.body).toMatchObject({ limit: { scope: 'project', max: 15, window_ms: 5000 } });
    expect(statuses(await flood(10, withKey(other)))).toEqual(ten.ok);
    expect(statuses(await flood(20, withKey(ADMIN_KEY)))).toEqual([...ten.ok, ...ten.ok]);
  });
});

describe('a project with a limit of its own', () => {
  it('has that instead of the general one, within seconds', async () => {
    const [key = ''] = await project(1);
    const policy = async () => (await get(withKey(key))).headers.get('ratelimit-policy');
    expect(await policy()).toBe('"key";q=10;w=5, "project";q=15;w=5');
    const { project_id } = (await skein.send<{ project_id: string }>('GET', '/session', undefined, withKey(key))).body;
    const change = (limits: object) => skein.admin<Project>('PATCH', `/projects/${project_id}`, { limits });
    expect((await change({ requests_per_second: 100, queued_runs: 7 })).limits.queued_runs).toBe(7);
    // Refusals tell the limits too.
    await waitFor(async () => (await policy())?.includes('q=500'), { what: 'the look-up' });
    expect(await policy()).toBe('"key";q=10;w=5, "project";q=500;w=5');
    const { name, limits } = await change({ requests_per_second: null });
    expect({ name, limits }).toEqual({ name: 'Test', limits: { requests_per_second: null, queued_runs: 7 } });
  });
});

describe('wrong keys', () => {
  const wrong = () => withKey(`${ADMIN_KEY}${newId()}`);

  it('are refused unseen after a few from one address, whatever addresses the client claims; also a right one that nobody used from there', async () => {
    const address = newAddress();
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push(await get({ ...wrong(), ...from(address, `203.0.113.${n}`) }));
    expect(statuses(answers)).toEqual([401, 401, 401, 401, 429, 429]);
    expect(answers.at(-1)?.body).toMatchObject({ code: 'rate_limited', limit: { scope: 'address', max: 4 } });
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(1);
    expect((await get({ ...withKey(ADMIN_KEY), ...from(address) })).status).toBe(429);
    expect((await get({ ...withKey(ADMIN_KEY), ...from(newAddress()) })).status).toBe(200);
  });

  it('are refused unseen also when they all come at once; one good key is let in however often it comes at once', async () => {
    const address = from(newAddress());
    const made = Array.from({ length: 30 }, () => withKey(newApiKey()));
    const answers = await Promise.all(made.map((key) => get({ ...key, ...address })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(26);
    const [key = ''] = await project(1);
    const good = { ...withKey(key), ...from(newAddress()) };
    expect(statuses(await Promise.all(Array.from({ length: 10 }, () => get(good))))).toEqual(ten.ok);
  });

  it('do not lock out those of the same address whose key was good before', async () => {
    const [key = ''] = await project(1);
    const address = from(newAddress());
    expect((await get({ ...withKey(key), ...address })).status).toBe(200);
    for (let n = 0; n < 5; n += 1) await get({ ...wrong(), ...address });
    expect((await get({ ...wrong(), ...address })).status).toBe(429);
    expect((await get({ ...withKey(key), ...address })).status).toBe(200);
  });

  it('are counted at the sign-in too, where good ones count as well', async () => {
    const address = from(newAddress());
    const signIn = (key: string) => skein.send<Problem>('POST', '/session', { key }, address);
    const answers = [await signIn('x'), await signIn(ADMIN_KEY), await signIn('y'), await signIn(ADMIN_KEY)];
    expect(statuses(answers)).toEqual([401, 200, 401, 200]);
    const refused = await signIn(ADMIN_KEY);
    expect([refused.status, refused.body.limit]).toEqual([429, { scope: 'address', max: 4, window_ms: 60_000 }]);
  });

  it('are not requests without a key, which nobody learns from', async () => {
    expect(statuses(await flood(8, from(newAddress())))).toEqual(Array(8).fill(401));
  });
});

describe('while Redis hangs', () => {
  it('no request waits for it, and the limits hold in the process', async () => {
    const [key = ''] = await project(1);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      const begun = performance.now();
      expect(statuses(await flood(12, withKey(key)))).toEqual([...ten.ok, 429, 429]);
      expect(performance.now() - begun).toBeLessThan(1500);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  });
});
