import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import { type Run, runInputSchema } from '../../src/shared/domain/run.ts';
import { createOnce } from '../../src/shared/idempotency/once.ts';
import { openServices, type Services } from '../../src/shared/lifecycle/open-services.ts';
import { createReleaseStack } from '../../src/shared/lifecycle/release-stack.ts';
import { createQueueLimit } from '../../src/shared/limits/queue-limit.ts';
import { createLogger } from '../../src/shared/logging/create-logger.ts';
import { createAssistantRepository } from '../../src/shared/mongo/assistant-repository.ts';
import { createCountQueuedRuns } from '../../src/shared/mongo/count-queued-runs.ts';
import { startRun } from '../../src/shared/runs/start-run.ts';
import { asks, type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein({ workers: 0 });
const releases = createReleaseStack();
let services: Services;
beforeAll(async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  services = await openServices({ config: loadConfig(skein.env), name: 'api', logger, releases });
});
afterAll(() => releases.release());

const SWEEPING = { SWEEP_MS: '40', HEARTBEAT_MS: '300', WORKER_LOST_MS: '1500' };
let worker: TestWorker | null = null;
const startWorker = async () => {
  worker = await skein.startWorker(SWEEPING);
};
afterEach(async () => {
  await worker?.stop();
  worker = null;
});

/** Accepts a run on a new thread that is deleted between the run's place on it and the run's insert. @param crash the process dies right after the insert */
async function acceptWhileDeleting(text: string, options: { tools?: object[]; crash?: boolean } = {}): Promise<Run> {
  const { assistant_id } = await skein.createAssistant({ tools: options.tools ?? [] });
  const { thread_id, project_id } = await skein.createThread(assistant_id);
  const { run } = await startRun(
    {
      ...services,
      config: loadConfig(skein.env),
      assistants: createAssistantRepository(skein.models),
      once: createOnce(),
      queueLimit: createQueueLimit({ count: createCountQueuedRuns(services.models), max: 0 }),
      threads: {
        ...services.threads,
        async nextRunSeq(...thread) {
          const place = await services.threads.nextRunSeq(...thread);
          expect((await skein.send('DELETE', `/threads/${thread_id}`)).status).toBe(204);
          return place;
        },
      },
      ...(options.crash ? { dispatcher: { ring: async () => undefined, promote: async () => null } } : {}),
    },
    project_id,
    runInputSchema.parse({ thread_id, input: text }),
    undefined,
  );
  expect(await skein.models.runs.countDocuments({ thread_id })).toBe(1);
  return run;
}

/** What is left of the thread and of the run. */
async function leftOf({ thread_id, run_id }: Run) {
  const { threads, runs, checkpoints, toolCalls } = skein.models;
  const redis = new Redis(skein.services.redisUrl);
  try {
    const keys = await redis.keys(`${skein.services.redisPrefix}:run:*${run_id}*`);
    return (
      (await threads.countDocuments({ _id: thread_id })) +
      (await runs.countDocuments({ thread_id })) +
      (await checkpoints.countDocuments({ thread_id })) +
      (await toolCalls.countDocuments({ thread_id })) +
      keys.length
    );
  } finally {
    redis.disconnect();
  }
}
const expectGone = async (run: Run) => {
  await waitFor(async () => (await leftOf(run)) === 0, { what: 'nothing is left', timeoutMs: 10_000 });
  expect((await skein.send('GET', `/runs/${run.run_id}`)).status).toBe(404);
};
const change = (run: Run, $set: object) => skein.models.runs.updateOne({ _id: run.run_id }, { $set });

describe('a run that is accepted while its thread is being deleted', () => {
  it('ends, and nothing of it is left', async () => {
    await startWorker();
    await expectGone(await acceptWhileDeleting(asks({ chunks: ['x'] })));
  });

  it('does not wait for outputs that nobody can deliver', async () => {
    await startWorker();
    const tools = [{ type: 'function', function: { name: 'ask' } }];
    const text = asks({ tool_calls: [{ name: 'ask', arguments: {} }] });
    await expectGone(await acceptWhileDeleting(text, { tools }));
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
  });

  it('ends also when the process that accepted it died before it rang', async () => {
    const run = await acceptWhileDeleting(asks({ chunks: ['x'] }), { crash: true });
    const long = new Date(Date.now() - 60_000);
    await change(run, { created_at: long, dispatched_at: long });
    await startWorker();
    await expectGone(run);
  });

  it('is not kept as cancelled when its client cancels it', async () => {
    const run = await acceptWhileDeleting(asks({ chunks: ['x'] }));
    expect((await skein.cancel(run.run_id)).status).toBe('cancelled');
    await expectGone(run);
  });

  it('is not kept as expired when no worker had time for it', async () => {
    const run = await acceptWhileDeleting(asks({ chunks: ['x'] }), { crash: true });
    await change(run, { expires_at: new Date(Date.now() - 1000) });
    await startWorker();
    await expectGone(run);
  });
});
