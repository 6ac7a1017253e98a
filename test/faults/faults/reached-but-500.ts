import { waitFor } from '../../support/wait-for.ts';
import { startLoad } from '../load/start-load.ts';
import { judgeLoad } from '../oracle/judge-load.ts';
import type { Row } from '../oracle/row.ts';
import { startLyingProxy } from '../rig/lying-proxy.ts';
import type { Rig } from '../rig/start-rig.ts';

/** Each of these is to be lied about, in both ways. */
const PATHS = ['/runs/stream', '/runs', '/runs/:id/tool_outputs'];

/**
 * Requests that were let through and carried out, and whose clients are told 500, or nothing. They repeat them with the same Idempotency-Key; each must have made one run, or delivered
 * its outputs once. @param options.n how often at least each path is lied about in each way
 */
export async function reachedBut500(
  rig: Rig,
  options: { readonly n: number; readonly seats: number; readonly giveUpMs: number },
): Promise<Row> {
  const proxy = await startLyingProxy(rig.pickApi);
  const wanted = PATHS.flatMap((path) => [`${path} 500`, `${path} cut`]);
  const load = await startLoad(rig, {
    seats: options.seats,
    words: 6,
    delayMs: 20,
    giveUpMs: options.giveUpMs,
    kinds: ['text', 'client'],
    liar: proxy.url,
  });
  try {
    await waitFor(() => wanted.every((what) => (proxy.lies.get(what) ?? 0) >= options.n), {
      what: 'every path was lied about',
      timeoutMs: options.giveUpMs,
    });
    await load.stop();
  } finally {
    await load.abandon();
    await proxy.close();
  }
  const found = await judgeLoad(rig, load.played);
  return {
    fault: 'let through, answered 500 or cut',
    n: wanted.length * options.n,
    delivered: [...proxy.lies.values()].reduce((sum, count) => sum + count, 0),
    runs: load.played.length,
    found,
    resume: [],
    note: [...proxy.lies]
      .toSorted()
      .map(([what, count]) => `${count} x ${what}`)
      .join(', '),
  };
}
