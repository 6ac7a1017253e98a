import { waitFor } from '../../support/wait-for.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { type UnderLoad, underLoad } from './under-load.ts';

/**
 * SIGKILL to an API process with streaming clients, which rejoin at another one. The runs themselves are not touched. From the second kill on the victim is the one that all clients
 * went to after the kill before.
 */
export async function apiKill(
  rig: Rig,
  options: Pick<UnderLoad, 'n' | 'seats' | 'everyMs' | 'giveUpMs' | 'pace'>,
): Promise<Row> {
  const cut: number[] = [];
  return underLoad(rig, {
    ...options,
    fault: 'api kill -9',
    note: () => `streams cut by each kill: ${cut.join(', ')}`,
    async inject(_round, load) {
      const victim = rig.apis.find((api) => !api.ended);
      const atVictim = () =>
        [...load.underWay].filter((run) => run.api === victim?.url && run.frames.length > 0 && !run.done);
      await waitFor(() => atVictim().length > options.seats / 4, {
        what: 'clients stream from the one that is to be killed',
        timeoutMs: options.giveUpMs,
      });
      const streams = atVictim().map((run) => ({ run, before: run.connections }));
      await victim?.kill();
      await rig.startApi();
      const hit = streams.filter(({ run, before }) => run.connections > before).length;
      cut.push(hit);
      return { delivered: hit > 0 };
    },
  });
}
