/** The least a worker can be: takes the job, asks the model, publishes what came in each turn of the event loop. Settings: REDIS_URL, OPENAI_BASE_URL, SLOTS. */
import { Worker } from 'bullmq';
import { createLlm } from '../../../src/shared/llm/create-llm.ts';
import { connectRedis, redisReady } from '../../../src/shared/redis/connect-redis.ts';
import { FLOOR_DONE, FLOOR_PREFIX, FLOOR_QUEUE, type FloorJob, floorChannel } from '../floor-job.ts';

const env = process.env;
const redisUrl = env.REDIS_URL ?? '';
const fail = (error: Error): void => {
  process.stderr.write(`${error.message}\n`);
};
const blocking = connectRedis(redisUrl, 'worker', 'floor-worker', fail);
const publisher = connectRedis(redisUrl, 'publisher', 'floor-worker', fail);
await Promise.all([redisReady(blocking, 5000), redisReady(publisher, 5000)]);
const llm = createLlm({ baseUrl: env.OPENAI_BASE_URL ?? '', apiKey: '' });

const execute = async ({ id, question }: FloorJob): Promise<void> => {
  const channel = floorChannel(id);
  let held = '';
  let offset = 0;
  const flush = (): void => {
    if (held === '') return;
    const frames = held;
    held = '';
    void publisher.publish(channel, frames).catch(fail);
  };
  const onText = (delta: string): void => {
    if (held === '') setImmediate(flush);
    held += `event: text\ndata: {"offset":${offset},"delta":${JSON.stringify(delta)}}\n\n`;
    offset += delta.length;
  };
  const request = { model: 'fake-model', messages: [{ role: 'user', content: question }] } as const;
  await llm.stream(request, { onText }, new AbortController().signal);
  held += FLOOR_DONE;
  flush();
};

const worker = new Worker<FloorJob>(FLOOR_QUEUE, (job) => execute(job.data), {
  connection: blocking,
  prefix: FLOOR_PREFIX,
  concurrency: Number(env.SLOTS),
  lockDuration: 60_000,
  skipVersionCheck: true,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
});
worker.on('error', fail);
worker.on('failed', (_job, error) => fail(error));
await worker.waitUntilReady();
process.stdout.write('{"ready":true}\n');
process.once('SIGTERM', () => process.exit(0));
