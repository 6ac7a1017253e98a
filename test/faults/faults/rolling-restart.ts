import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { underLoad } from './under-load.ts';

/** SIGTERM to one process after the other, a new one for each: nothing is lost, unfinished runs go on elsewhere at once, each exits with 0 within its grace. */
export async function rollingRestart(
  rig: Rig,
  kind: 'worker' | 'api',
  options: {
    readonly n: number;
    readonly seats: number;
    readonly everyMs: number;
    readonly giveUpMs: number;
    readonly graceMs: number;
  },
): Promise<Row> {
  const exits: number[] = [];
  return underLoad(rig, {
    ...options,
    fault: `${kind} SIGTERM, one after the other`,
    note: () => `exits after ${exits.map((ms) => `${ms} ms`).join(', ')}`,
    async inject(_round, load) {
      const delivered = load.underWay.size > 0;
      const victim = (kind === 'worker' ? rig.workers : rig.apis).find((child) => !child.ended);
      await (kind === 'worker' ? rig.startWorker() : rig.startApi());
      if (!victim) return { delivered: false };
      const startedAt = Date.now();
      victim.send('SIGTERM');
      await victim.gone(options.graceMs + 10_000);
      const took = Date.now() - startedAt;
      exits.push(took);
      const wrong = [
        ...(took > options.graceMs ? [`${kind} took ${took} ms to stop`] : []),
        ...(victim.exitCode === 0 ? [] : [`${kind} ended with ${victim.exitCode}`]),
      ];
      return { delivered, wrong };
    },
  });
}
