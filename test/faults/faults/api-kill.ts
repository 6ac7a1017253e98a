import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { underLoad } from './under-load.ts';

/** SIGKILL to an API process with streaming clients, which rejoin at another one. The runs themselves are not touched. */
export async function apiKill(
  rig: Rig,
  options: { readonly n: number; readonly seats: number; readonly everyMs: number; readonly giveUpMs: number },
): Promise<Row> {
  return underLoad(rig, {
    ...options,
    fault: 'api kill -9',
    mayEnd: () => false,
    async inject(_round, load) {
      const delivered = load.underWay > 0;
      const victim = rig.apis.find((api) => !api.ended);
      await victim?.kill();
      await rig.startApi();
      return { delivered: delivered && victim !== undefined };
    },
  });
}
