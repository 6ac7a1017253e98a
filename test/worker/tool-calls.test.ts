import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Run } from '../../src/shared/domain/run.ts';
import { type BuiltinTool, defineTool } from '../../src/worker/tools/tool.ts';
import { asks, type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

/** A request that reached the service behind the tools. */
interface Effect {
  readonly what: string;
  readonly key: string | undefined;
  closed: boolean;
  readonly response: ServerResponse;
}
const effects: Effect[] = [];
/** Answers at once; else what is not `quick` waits for ever. */
let answers = false;
const service = createServer((req, res) => {
  const effect: Effect = {
    what: decodeURIComponent(req.url?.slice(1) ?? ''),
    key: req.headers['idempotency-key'] as string | undefined,
    closed: false,
    response: res,
  };
  res.once('close', () => {
    effect.closed = true;
  });
  effects.push(effect);
  if (answers || effect.what === 'quick') res.end(`did ${effect.what}`);
});
beforeAll(() => new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

/** Assistants can name `calculator` and `current_time` only, so the tools of this test go by these names. */
const tool = (name: string, idempotent: boolean): [string, BuiltinTool] => [
  name,
  defineTool({
    name,
    description: 'Has an effect elsewhere.',
    schema: z.object({ what: z.string() }),
    idempotent,
    async execute({ what }, { signal, idempotencyKey }) {
      const { port } = service.address() as AddressInfo;
      const headers = { 'idempotency-key': idempotencyKey, connection: 'close' };
      return (await fetch(`http://127.0.0.1:${port}/${what}`, { headers, signal })).text();
    },
  }),
];
const ONCE = 'calculator';
const REPEATABLE = 'current_time';
const skein = useSkein({ workers: 0, tools: new Map([tool(ONCE, false), tool(REPEATABLE, true)]) });

let worker: TestWorker;
beforeEach(async () => {
  effects.length = 0;
  answers = false;
  worker = await skein.startWorker({ DRAIN_MS: '1' });
});
afterEach(() => worker.stop());

async function startRun(calls: readonly (readonly [name: string, what: string])[]) {
  const tools = [ONCE, REPEATABLE].map((name) => ({ type: 'builtin', name }));
  const { assistant_id } = await skein.createAssistant({ tools });
  const { thread_id } = await skein.createThread(assistant_id);
  const tool_calls = calls.map(([name, what], i) => ({ id: `call_${i}`, name, arguments: { what } }));
  const { run_id } = await skein.createRun({
    thread_id,
    input: asks({ steps: [{ tool_calls }, { chunks: ['The end.'] }] }),
  });
  await waitFor(() => effects.length === calls.length, { what: 'every call is under way' });
  return { thread_id, run_id };
}

/** The worker gives its run back in the middle of the calls, and another one takes it. */
async function takeOver(runId: string): Promise<void> {
  await worker.stop();
  answers = true;
  worker = await skein.startWorker({ DRAIN_MS: '1' });
  await skein.waitForRun(runId, 'completed');
}
const results = async (threadId: string) =>
  (await skein.messages(threadId)).filter(({ role }) => role === 'tool').map(({ content }) => content);

describe('a tool call that was under way when its run was taken over', () => {
  it('is not repeated: the model is told that nobody knows, and goes on', async () => {
    const { thread_id, run_id } = await startRun([[ONCE, 'order']]);
    await takeOver(run_id);
    expect(effects.map(({ what }) => what)).toEqual(['order']);
    expect(await results(thread_id)).toEqual([expect.stringContaining('outcome_unknown')]);
    expect((await skein.messages(thread_id)).at(-1)?.content).toBe('The end.');
  });

  it('is repeated with the same idempotency key when its tool may be', async () => {
    const { thread_id, run_id } = await startRun([[REPEATABLE, 'look']]);
    await takeOver(run_id);
    expect(effects.map(({ what }) => what)).toEqual(['look', 'look']);
    expect(effects[0]?.key).toMatch(run_id);
    expect(effects[1]?.key).toBe(effects[0]?.key);
    expect(await results(thread_id)).toEqual(['did look']);
  });

  it('does not make others of the same answer be repeated that had ended', async () => {
    const calls = [[ONCE, 'quick'] as const, [ONCE, 'slow'] as const];
    const { thread_id, run_id } = await startRun(calls);
    await waitFor(async () => (await skein.models.toolCalls.countDocuments({ run_id, status: 'done' })) === 1, {
      what: 'the quick one is recorded',
    });
    await takeOver(run_id);
    expect(effects.map(({ what }) => what).toSorted()).toEqual(['quick', 'slow']);
    expect(await results(thread_id)).toEqual(['did quick', expect.stringContaining('outcome_unknown')]);
  });
});

describe('a cancel in the middle of a tool call', () => {
  it('ends the call before it is answered, and nothing of the answer is kept', async () => {
    const { thread_id, run_id } = await startRun([[REPEATABLE, 'slow']]);
    const { body } = await skein.send<Run>('POST', `/runs/${run_id}/cancel?wait=true`);
    expect(body.status).toBe('cancelled');
    await waitFor(() => effects[0]?.closed === true, { what: 'the connection of the tool is closed' });
    expect(await results(thread_id)).toEqual([]);
    answers = true;
    expect(await skein.run({ thread_id, input: asks({ chunks: ['fine'] }) })).toMatchObject({ status: 'completed' });
  });
});
