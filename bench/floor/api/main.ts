/**
 * The least an API in front of a queue can be: node:http, a channel for each run, frames forwarded as they come. It stores and checks nothing; it only says what the rest
 * costs at least. Settings: REDIS_URL.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import { connectRedis, redisReady } from '../../../src/shared/redis/connect-redis.ts';
import { FLOOR_DONE, FLOOR_PREFIX, FLOOR_QUEUE, type FloorJob, floorChannel } from '../floor-job.ts';

const redisUrl = process.env.REDIS_URL ?? '';
const fail = (error: Error): void => {
  process.stderr.write(`${error.message}\n`);
};
const command = connectRedis(redisUrl, 'command', 'floor-api', fail);
const subscriber = connectRedis(redisUrl, 'subscriber', 'floor-api', fail);
await Promise.all([redisReady(command, 5000), redisReady(subscriber, 5000)]);
const queue = new Queue<FloorJob>(FLOOR_QUEUE, {
  connection: command,
  prefix: FLOOR_PREFIX,
  skipVersionCheck: true,
  skipMetasUpdate: true,
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
});
queue.on('error', fail);
const streams = new Map<string, ServerResponse>();

subscriber.on('messageBuffer', (name: Buffer, frames: Buffer) => {
  const channel = name.toString();
  const response = streams.get(channel);
  if (!response) return;
  if (!frames.includes(FLOOR_DONE)) {
    response.write(frames);
    return;
  }
  response.end(frames);
  streams.delete(channel);
  void subscriber.unsubscribe(channel);
});

const start = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { input } = JSON.parse(Buffer.concat(parts).toString()) as { input: string };
  const id = randomUUID();
  const channel = floorChannel(id);
  request.socket.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  streams.set(channel, response);
  // Both go at once: the worker needs longer for the first text than the subscription for its way to Redis.
  await Promise.all([subscriber.subscribe(channel), queue.add('run', { id, question: input })]);
};

const server = createServer((request, response) => {
  start(request, response).catch((error: Error) => response.destroy(error));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
