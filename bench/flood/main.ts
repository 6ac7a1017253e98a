/**
 * `node bench/flood/main.ts [runs]`: what a flood of one project costs another one. A posts 10,000 runs alone, then again while B posts 10, then as many in the batch lane
 * while B posts interactive ones. Exits with 1 when a run did not complete at its first attempt.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { createModels } from '../../src/shared/mongo/models.ts';
import { queueName } from '../../src/shared/queue/run-job.ts';
import { createRedisKeys } from '../../src/shared/redis/keys.ts';
import { quantilesOf } from '../measure/spread.ts';
import { startRig } from '../processes/start-rig.ts';
import { number, table } from '../report/markdown.ts';
import { createProjectClient, type TimedRun } from './project-client.ts';

const RUNS = Number(process.argv[2] ?? 10_000);
const ADMIN_KEY = 'admin-key-of-the-flood-bench';
/** So that the slots are what is scarce, not the CPU of the machine. */
const SLOTS = '32';
const INPUT = `Question [[fake: ${JSON.stringify({ chunks: ['an answer'], first_delay_ms: 250 })}]]`;
const SAMPLE_MS = 20;

const waitOf = (run: TimedRun): number => Number(run.started_at) - Number(run.created_at);
const timeOf = (run: TimedRun): number => Number(run.finished_at) - Number(run.started_at);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const isWrong = (run: TimedRun): boolean => run.status !== 'completed' || run.attempt !== 1;

/** Completed runs a second, from the first start to the last end. */
function rateOf(runs: readonly TimedRun[]): number {
  const first = Math.min(...runs.map((run) => Number(run.started_at)));
  const last = Math.max(...runs.map((run) => Number(run.finished_at)));
  return (1000 * runs.length) / (last - first);
}

async function main(): Promise<number> {
  const rig = await startRig({
    mongoUrl: process.env.MONGODB_URL || null,
    profileDir: null,
    settings: { AUTH_MODE: 'api_key', ADMIN_KEY, INTERACTIVE_SLOTS: SLOTS, BATCH_SLOTS: SLOTS },
  });
  const connection = mongoose.createConnection(rig.mongo.url, { dbName: rig.mongo.database });
  const redis = new Redis(rig.redisUrl);
  try {
    const { runs } = createModels(connection);
    const client = () => createProjectClient({ url: rig.skeinUrl, adminKey: ADMIN_KEY, input: INPUT, runs });
    const waitingList = `${createRedisKeys('skein').queuePrefix}:${queueName('interactive')}:wait`;
    let longest = 0;
    const sample = setInterval(() => {
      void redis.llen(waitingList).then((length) => {
        longest = Math.max(longest, length);
      });
    }, SAMPLE_MS);

    const warmUp = await client();
    await warmUp.post(500);
    await warmUp.over();

    const a = await client();
    const b = await client();
    await a.post(RUNS);
    const alone = await a.over();
    longest = 0;

    await a.post(RUNS);
    await b.post(10);
    const small = await b.over();
    const flooded = await a.over();
    const most = longest;

    await a.post(RUNS, 'batch');
    const people: TimedRun[] = [];
    for (let n = 0; n < 40; n += 1) {
      await b.post(1);
      people.push(...(await b.over()));
      await delay(SAMPLE_MS);
    }
    const batch = await a.over();
    clearInterval(sample);

    const runTime = mean([...alone, ...flooded].map(timeOf));
    const wait = quantilesOf(small.map(waitOf));
    const besideBatch = quantilesOf(people.map(waitOf));
    process.stdout.write(
      `${table(
        'A flood of one project',
        ['', 'value'],
        [
          ['runs of A, each time', String(RUNS)],
          ['mean time of a run, ms', number(runTime)],
          ['start wait of B, p50 / p95, ms', `${number(wait.p50)} / ${number(wait.p95)}`],
          ['p95 of it in mean run times (must be at most 2)', number(wait.p95 / runTime)],
          ['A alone, runs/s', number(rateOf(alone))],
          ['A beside B, runs/s', number(rateOf(flooded))],
          ['beside / alone (must be at least 0.9)', number(rateOf(flooded) / rateOf(alone))],
          ['longest waiting list of the queue', String(most)],
          [
            'start wait of an interactive run beside a batch of A, p50 / p95, ms',
            `${number(besideBatch.p50)} / ${number(besideBatch.p95)}`,
          ],
        ],
      )}\n`,
    );
    const wrong = [...alone, ...small, ...flooded, ...people, ...batch].filter(isWrong).length;
    if (wrong > 0) process.stderr.write(`WRONG: ${wrong} runs did not complete at their first attempt\n`);
    return wrong > 0 ? 1 : 0;
  } finally {
    redis.disconnect();
    await connection.destroy();
    await rig.stop();
  }
}

process.exitCode = await main();
