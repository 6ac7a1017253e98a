import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Batch, BatchResult } from '../../../src/shared/domain/batch.ts';
import type { Rig } from '../rig/start-rig.ts';

const CLI = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** Each look counts the whole batch, which the server under test pays for. */
const LOOK_MS = 200;
const PATIENCE_MS = 600_000;

export interface BatchUnderKills {
  /** Exit code of the command line. */
  readonly code: number | null;
  readonly batch: Batch;
  readonly results: readonly BatchResult[];
  /** How many items had ended when the API and when the worker was killed. */
  readonly endedAtKills: readonly number[];
  readonly seconds: number;
}

const itemOf = (n: number, delayMs: number) => ({
  custom_id: `item-${n}`,
  input: `${n} [[fake: {"chunks":["answer ${n}"],"first_delay_ms":${delayMs}}]]`,
});

/**
 * Submits a batch through the command line and waits there for its results, while the only API and the only worker are killed with SIGKILL, each once, and started again.
 * @param options.show the progress of the command line goes to this terminal
 */
export async function batchUnderKills(
  rig: Rig,
  options: { readonly items: number; readonly delayMs: number; readonly show: boolean },
): Promise<BatchUnderKills> {
  const { items, delayMs, show } = options;
  const [api] = rig.apis;
  if (!api) throw new Error('the rig has no API');
  const dir = await mkdtemp(join(tmpdir(), 'skein-batch-'));
  try {
    const [file, out] = [join(dir, 'runs.jsonl'), join(dir, 'results.jsonl')];
    const lines = Array.from({ length: items }, (_, n) => JSON.stringify(itemOf(n, delayMs)));
    await writeFile(file, `${lines.join('\n')}\n`);
    const { assistant_id } = await rig.client.createAssistant();
    const startedAt = performance.now();
    const args = [CLI, '--url', api.url, 'batch', 'submit', file, '--assistant', assistant_id, '--wait', '--out', out];
    const cli = spawn(process.execPath, args, { stdio: show ? 'inherit' : ['ignore', 'ignore', 'ignore'] });
    const exited = once(cli, 'exit');

    const endedAtKills = [
      await endedAfter(rig, items * 0.2, async () => {
        await api.kill();
        await rig.startApi({ PORT: String(api.ready.port) });
      }),
      await endedAfter(rig, items * 0.5, async () => {
        await rig.workers[0]?.kill();
        await rig.startWorker();
      }),
    ];
    const [code] = (await exited) as [number | null];
    const seconds = (performance.now() - startedAt) / 1000;
    const batch = await newest(rig);
    if (!batch) throw new Error('there is no batch');
    const results = (await readFile(out, 'utf8')).trim().split('\n');
    return {
      code,
      batch,
      results: results.map((line) => JSON.parse(line) as BatchResult),
      endedAtKills,
      seconds,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function newest(rig: Rig): Promise<Batch | null> {
  const { body } = await rig.client.send<Batch[]>('GET', '/batches?limit=1');
  return body[0] ?? null;
}

/** Does something in the middle of the batch. @returns how many items had ended then */
async function endedAfter(rig: Rig, count: number, act: () => Promise<void>): Promise<number> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { completed } = (await newest(rig))?.counts ?? { completed: 0 };
    if (completed < count) continue;
    await act();
    return completed;
  }
  throw new Error(`fewer than ${count} items have ended`);
}
