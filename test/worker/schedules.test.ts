import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/shared/domain/run.ts';
import type { Schedule } from '../../src/shared/domain/schedule.ts';
import { connectMongo } from '../../src/shared/mongo/connect-mongo.ts';
import { createScheduleModels, type ScheduleModels } from '../../src/shared/mongo/schedule-models.ts';
import { createScheduleClock, type ScheduleClock } from '../../src/shared/queue/schedule-clock.ts';
import { createRedisKeys } from '../../src/shared/redis/keys.ts';
import { asks, type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein({ workers: 0 });
const SWEEPS = { SWEEP_MS: '100' };

let record: ScheduleModels['schedules'];
let redis: Redis;
let clock: ScheduleClock;
let close: () => Promise<void>;
beforeAll(async () => {
  const { mongoUrl, database, redisUrl, redisPrefix } = skein.services;
  const connection = await connectMongo({ url: mongoUrl, database, poolSize: 2, appName: 'test' });
  record = createScheduleModels(connection).schedules;
  redis = new Redis(redisUrl);
  clock = createScheduleClock(redis, createRedisKeys(redisPrefix).queuePrefix, () => undefined);
  await waitFor(() => redis.status === 'ready', { what: 'Redis is there' });
  close = async () => {
    await clock.close();
    redis.disconnect();
    await connection.destroy();
  };
});
afterAll(() => close());

async function add(fields: object = {}): Promise<Schedule> {
  const assistant = await skein.createAssistant();
  const { status, body } = await skein.send<Schedule>('POST', '/schedules', {
    name: 'Report',
    cron: '0 * * * *',
    assistant_id: assistant.assistant_id,
    input: asks({ chunks: ['done'] }),
    ...fields,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
const get = async ({ schedule_id }: Schedule) => (await skein.send<Schedule>('GET', `/schedules/${schedule_id}`)).body;
const runsOf = async ({ schedule_id }: Schedule) =>
  (await skein.send<Run[]>('GET', `/runs?schedule_id=${schedule_id}`)).body;
/** As if its time had come. */
async function makeDue({ schedule_id }: Schedule, agoMs = 5000): Promise<Date> {
  const at = new Date(Date.now() - agoMs);
  await record.updateOne({ _id: schedule_id }, { next_at: at });
  return at;
}
const goesOn = (schedule: Schedule) =>
  waitFor(async () => Date.parse((await get(schedule)).next_run_at ?? '') > Date.now(), { what: 'it goes on' });
async function withWorkers(count: number, env: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const workers: TestWorker[] = [];
  for (let n = 0; n < count; n += 1) workers.push(await skein.startWorker(env));
  await work();
  await Promise.all(workers.map((worker) => worker.stop()));
}

describe('a time that has come', () => {
  it('starts one run on a new thread, by the bell alone, though two workers hear it', async () => {
    const schedule = await add({ metadata: { n: 1 }, lane: 'batch' });
    const at = await makeDue(schedule, 0);
    // The same clock, only faster: a bell each second.
    await clock.set(schedule.schedule_id, '* * * * * *', 'UTC');
    await withWorkers(2, {}, async () => {
      await goesOn(schedule);
      const [run] = await runsOf(schedule);
      expect(run).toMatchObject({ schedule_id: schedule.schedule_id, metadata: { n: 1 }, lane: 'batch' });
      expect(await get(schedule)).toMatchObject({
        last_run_id: run?.run_id,
        last_run_at: at.toISOString(),
        last_error: null,
      });
      await skein.waitForRun(run?.run_id ?? '', 'completed');
      expect((await skein.thread(run?.thread_id ?? '')).name).toBe('Report');
      // Further bells find nothing due.
      await makeDue(schedule, 0);
      await goesOn(schedule);
      expect(new Set((await runsOf(schedule)).map(({ thread_id }) => thread_id)).size).toBe(2);
    });
    expect(await runsOf(schedule)).toHaveLength(2);
    await clock.remove(schedule.schedule_id);
  });

  it('starts the same run again after a crash before the schedule went on, and after its input was changed then', async () => {
    const { thread_id } = await skein.createThread();
    const schedule = await add({ thread_id, assistant_id: null });
    const at = await makeDue(schedule);
    await withWorkers(2, SWEEPS, async () => {
      await goesOn(schedule);
      const [run] = await runsOf(schedule);
      for (const input of [undefined, 'Something else']) {
        if (input) await skein.send('PATCH', `/schedules/${schedule.schedule_id}`, { input });
        await record.updateOne({ _id: schedule.schedule_id }, { next_at: at, last_run_id: null });
        await goesOn(schedule);
        expect(await get(schedule)).toMatchObject({ last_run_id: run?.run_id, last_error: null });
      }
    });
    expect(await runsOf(schedule)).toHaveLength(1);
    expect((await runsOf(schedule))[0]?.thread_id).toBe(thread_id);
  });

  it('fires although Redis forgot everything, and the clock is set again', async () => {
    const schedule = await add();
    const prefix = `${skein.services.redisPrefix}:queue:schedules:`;
    const keys = await redis.keys(`${prefix}*`);
    expect(keys.length).toBeGreaterThan(0);
    await redis.unlink(...keys);
    await makeDue(schedule);
    await withWorkers(1, SWEEPS, async () => {
      await goesOn(schedule);
      await waitFor(async () => (await redis.zscore(`${prefix}repeat`, schedule.schedule_id)) !== null, {
        what: 'the clock is set',
      });
    });
    expect(await runsOf(schedule)).toHaveLength(1);
  });

  it('does nothing for one that is paused or gone', async () => {
    const [paused, gone, live] = [await add({ enabled: false }), await add(), await add()];
    await skein.send('DELETE', `/schedules/${gone.schedule_id}`);
    for (const { schedule_id } of [paused, gone]) await clock.set(schedule_id, '* * * * * *', 'UTC');
    await record.updateOne({ _id: paused.schedule_id }, { next_at: new Date(Date.now() - 5000) });
    await makeDue(live);
    await clock.set(live.schedule_id, '* * * * * *', 'UTC');
    await withWorkers(1, SWEEPS, async () => {
      await goesOn(live);
      // A second bell for all of them has been heard by then.
      await makeDue(live, 0);
      await goesOn(live);
    });
    expect([(await runsOf(paused)).length, (await runsOf(gone)).length]).toEqual([0, 0]);
    for (const { schedule_id } of [paused, gone, live]) await clock.remove(schedule_id);
  });
});

describe('times that passed while nobody was there', () => {
  it('are left out, or have one run together', async () => {
    const [skips, once] = [await add({ missed: 'skip' }), await add({ missed: 'run_once' })];
    for (const schedule of [skips, once]) await makeDue(schedule, 3 * 86_400_000 + 120_000);
    await withWorkers(2, SWEEPS, async () => {
      await goesOn(skips);
      await goesOn(once);
    });
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
    const [skipped, ran] = [await runsOf(skips), await runsOf(once)];
    // At the full hour the last time is on time for both.
    const onTime = Date.now() - Date.parse(hour) <= 70_000;
    expect([skipped.length, ran.length]).toEqual([onTime ? skipped.length : 0, 1]);
    expect(await get(once)).toMatchObject({ last_run_at: hour, last_run_id: ran[0]?.run_id });
  });
});

describe('a schedule whose run cannot start', () => {
  it('says why, stays, and keeps no other from firing', async () => {
    const orphan = await add();
    const { thread_id } = await skein.createThread();
    const threadless = await add({ thread_id, assistant_id: null });
    const healthy = await add();
    expect((await skein.send('DELETE', `/assistants/${orphan.assistant_id}`)).status).toBe(204);
    expect((await skein.send('DELETE', `/threads/${thread_id}`)).status).toBe(204);
    await withWorkers(1, SWEEPS, async () => {
      for (let n = 0; n < 2; n += 1) {
        for (const schedule of [orphan, threadless, healthy]) await makeDue(schedule, 5000 - n * 100);
        for (const schedule of [orphan, threadless, healthy]) await goesOn(schedule);
      }
    });
    expect(await get(orphan)).toMatchObject({ enabled: true, last_error: { code: 'reference_not_found' } });
    expect(await get(threadless)).toMatchObject({ enabled: true, last_error: { code: 'not_found' } });
    expect([(await runsOf(orphan)).length, (await runsOf(threadless)).length]).toEqual([0, 0]);
    expect([(await runsOf(healthy)).length, (await get(healthy)).last_error]).toEqual([2, null]);
  });
});
