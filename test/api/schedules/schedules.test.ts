import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Run } from '../../../src/shared/domain/run.ts';
import type { Schedule } from '../../../src/shared/domain/schedule.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein();
type Problem = { code: string; errors?: { pointer: string; code: string }[] };

const send = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  skein.send<T & Problem>(method, path, body, headers);
async function add(fields: object = {}): Promise<Schedule> {
  const assistant = await skein.createAssistant();
  const body = { name: 'Report', cron: '0 9 * * *', assistant_id: assistant.assistant_id, input: 'Go', ...fields };
  const answer = await send<Schedule>('POST', '/schedules', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

/** Schedules that the clock knows. */
async function clocks(): Promise<string[]> {
  const redis = new Redis(skein.services.redisUrl);
  try {
    return await redis.zrange(`${skein.services.redisPrefix}:queue:schedules:repeat`, '0', '-1');
  } finally {
    redis.disconnect();
  }
}

describe('a schedule', () => {
  it('is stored with its next time, listed, and known to the clock', async () => {
    const made = await add({ cron: '30 7 * * *', time_zone: 'Asia/Kolkata', metadata: { report: true } });
    expect(made).toMatchObject({
      name: 'Report',
      thread_id: null,
      input: { messages: [{ role: 'user', content: 'Go' }] },
      enabled: true,
      missed: 'skip',
      lane: 'interactive',
      last_run_id: null,
      last_error: null,
    });
    expect(made.next_run_at).toMatch(/T02:00:00\.000Z$/);
    expect(Date.parse(made.next_run_at ?? '')).toBeGreaterThan(Date.now());
    expect((await send('GET', `/schedules/${made.schedule_id}`)).body).toEqual(made);
    expect((await send('GET', '/schedules')).body).toContainEqual(made);
    expect(await clocks()).toContain(made.schedule_id);
  });

  it('pauses and resumes, with the next time from then on', async () => {
    const { schedule_id: id, next_run_at } = await add();
    const patch = (body: object) => send<Schedule>('PATCH', `/schedules/${id}`, body);
    expect((await patch({ enabled: false })).body).toMatchObject({ enabled: false, next_run_at: null });
    expect(await clocks()).not.toContain(id);
    expect((await patch({ enabled: true })).body).toMatchObject({ enabled: true, next_run_at });
    expect(await clocks()).toContain(id);
  });

  it('changes, and keeps its next time when that is not touched', async () => {
    const { schedule_id: id, next_run_at } = await add();
    const patch = (body: object) => send<Schedule>('PATCH', `/schedules/${id}`, body);
    expect((await patch({ name: 'New', input: 'Other', missed: 'run_once' })).body).toMatchObject({
      name: 'New',
      input: { messages: [{ content: 'Other' }] },
      missed: 'run_once',
      next_run_at,
    });
    expect((await patch({ cron: '15 9 * * *' })).body.next_run_at).toMatch(/T09:15:00/);
    expect((await patch({ time_zone: 'Asia/Tokyo' })).body.next_run_at).toMatch(/T00:15:00/);
  });

  it('says when it fires next', async () => {
    const { schedule_id: id } = await add({ cron: '*/20 * * * *' });
    const { body } = await send<string[]>('GET', `/schedules/${id}/next?count=4`);
    const times = (body as string[]).map((time) => Date.parse(time));
    expect(times).toHaveLength(4);
    expect(times.map((time, index) => index > 0 && time - (times[index - 1] ?? 0))).toEqual([
      false,
      1_200_000,
      1_200_000,
      1_200_000,
    ]);
    for (const query of ['count=0', 'count=101', 'count=1e1', 'limit=1'])
      expect((await send('GET', `/schedules/${id}/next?${query}`)).body.code).toBe('validation_failed');
  });

  it('is started by hand, also while it is paused, once for a key', async () => {
    const input = asks({ chunks: ['from the schedule'] });
    const made = await add({ enabled: false, input, overrides: { instructions: 'Shout.' }, metadata: { n: 1 } });
    const path = `/schedules/${made.schedule_id}/trigger`;
    const key = { 'idempotency-key': newId() };
    const first = await send<Run>('POST', path, undefined, key);
    const again = await send<Run>('POST', path, undefined, key);
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 202, 'true']);
    expect(again.body.run_id).toBe(first.body.run_id);
    expect(first.body).toMatchObject({
      schedule_id: made.schedule_id,
      metadata: { n: 1 },
      options: { instructions: 'Shout.' },
    });
    await skein.waitForRun(first.body.run_id, 'completed');
    expect(await skein.thread(first.body.thread_id)).toMatchObject({
      name: 'Report',
      metadata: { schedule_id: made.schedule_id },
    });
    const other = await send<Run>('POST', path);
    expect(other.body.thread_id).not.toBe(first.body.thread_id);
    const { body: runs } = await send<Run[]>('GET', `/runs?schedule_id=${made.schedule_id}`);
    expect((runs as Run[]).map(({ run_id }) => run_id)).toEqual([other.body.run_id, first.body.run_id]);
    expect((await send('GET', `/schedules/${made.schedule_id}`)).body).toMatchObject({
      last_run_id: other.body.run_id,
      last_run_at: null,
      next_run_at: null,
    });
  });

  it('goes, and its runs stay', async () => {
    const made = await add();
    const { body: run } = await send<Run>('POST', `/schedules/${made.schedule_id}/trigger`);
    expect((await send('DELETE', `/schedules/${made.schedule_id}`)).status).toBe(204);
    expect((await send('DELETE', `/schedules/${made.schedule_id}`)).body.code).toBe('not_found');
    expect((await send('POST', `/schedules/${made.schedule_id}/trigger`)).body.code).toBe('not_found');
    expect(await clocks()).not.toContain(made.schedule_id);
    expect((await skein.getRun(run.run_id)).schedule_id).toBe(made.schedule_id);
  });
});

it('a repeated request makes one schedule', async () => {
  const { assistant_id } = await skein.createAssistant();
  const body = { name: 'Once', cron: '0 9 * * *', assistant_id, input: 'Go' };
  const key = { 'idempotency-key': newId() };
  const answers = await Promise.all([1, 2, 3].map(() => send<Schedule>('POST', '/schedules', body, key)));
  expect(new Set(answers.map((answer) => answer.body.schedule_id)).size).toBe(1);
  expect((await send('POST', '/schedules', { ...body, name: 'Other' }, key)).body.code).toBe('idempotency_key_reused');
});

it.each([
  [{ cron: '* * * * * *' }, '/cron', 'invalid_cron'],
  [{ cron: '61 * * * *' }, '/cron', 'invalid_cron'],
  [{ cron: '0 0 30 2 *' }, '/cron', 'invalid_cron'],
  [{ time_zone: 'Mars/Base' }, '/time_zone', 'invalid_time_zone'],
  [{ enabled: false, cron: 'x' }, '/cron', 'invalid_cron'],
  [{ assistant_id: null }, '/assistant_id', 'required'],
  [{ assistant_id: newId() }, '/assistant_id', 'reference_not_found'],
  [{ thread_id: newId() }, '/thread_id', 'reference_not_found'],
  [{ input: null }, '/input', undefined],
  [{ missed: 'all' }, '/missed', undefined],
  [{ cron: { $ne: 1 } }, '/cron', undefined],
])('%j is refused', async (fields, pointer, code) => {
  const { assistant_id } = await skein.createAssistant();
  const body = { name: 'R', cron: '0 9 * * *', assistant_id, input: 'Go', ...fields };
  const answer = await send('POST', '/schedules', body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors?.[0]).toMatchObject({ pointer, ...(code ? { code } : {}) });
});
