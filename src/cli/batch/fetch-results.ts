import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { persist } from '../api/persist.ts';
import { unreachable } from '../cli-error.ts';
import type { Context } from '../context.ts';

const PATIENCE_MS = 120_000;

export type ResultOrder = 'item' | 'completion';

/**
 * Copies the lines of a batch's results, each once, over connections that break. Into a file it gets its name when all of it is there.
 * @returns how many lines
 */
export async function fetchResults(
  context: Context,
  batchId: string,
  { out, order }: { readonly out: string | undefined; readonly order: ResultOrder },
): Promise<number> {
  if (out === undefined) return copyLines(context, batchId, order, context.stdout);
  const part = `${out}.part`;
  const file = createWriteStream(part);
  try {
    const count = await copyLines(context, batchId, order, file);
    file.end();
    await finished(file);
    await rename(part, out);
    return count;
  } finally {
    file.destroy();
  }
}

async function copyLines(
  { connection, output, signal }: Context,
  batchId: string,
  order: ResultOrder,
  to: NodeJS.WritableStream,
): Promise<number> {
  let after: string | undefined;
  let count = 0;
  const onTrouble = () => output.note('the connection broke; reading on');
  await persist({ forMs: PATIENCE_MS, signal, onTrouble }, async (progressed) => {
    const query = new URLSearchParams({ order, ...(after === undefined ? {} : { after }) });
    const path = `/batches/${encodeURIComponent(batchId)}/results?${query}`;
    const response = await connection.open(path, { signal });
    if (!response.body) return;
    try {
      for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
        // What a connection that broke left of a line is not one.
        const { index, run_id } = JSON.parse(line) as { index: number; run_id: string };
        if (!to.write(`${line}\n`)) await once(to, 'drain');
        after = order === 'item' ? String(index) : run_id;
        count += 1;
        progressed();
      }
    } catch (cause) {
      signal.throwIfAborted();
      throw unreachable(connection.url, cause);
    }
  });
  return count;
}
