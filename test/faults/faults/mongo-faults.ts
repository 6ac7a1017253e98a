import { createProbe } from '../load/probe.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { underLoad } from './under-load.ts';

/** Without the record nothing is accepted, and that is said soon: 503 with Retry-After, never a hang, never a 500. */
const MEANWHILE = { accepted: false, withinMs: 3000 } as const;

export const MONGO_FAULTS = ['mongo refused', 'mongo black-holed', 'store kill -9 and restart'] as const;
export type MongoFault = (typeof MONGO_FAULTS)[number];

/** Loses MongoDB under load `n` times, for `outageMs` where the fault lasts. */
export async function mongoFault(
  rig: Rig,
  fault: MongoFault,
  options: { readonly n: number; readonly outageMs: number; readonly everyMs: number; readonly giveUpMs: number },
): Promise<Row> {
  const probe = await createProbe(rig);
  const row = await underLoad(rig, {
    ...options,
    fault,
    seats: 6,
    async inject(_round, load) {
      if (fault === 'store kill -9 and restart') {
        const meanwhile = probe.during(1500, MEANWHILE);
        await rig.restartStore();
        return { delivered: load.underWay.size > 0, wrong: await meanwhile };
      }
      const before = rig.mongoProxy.hits;
      await rig.mongoProxy.set(fault === 'mongo refused' ? 'refuse' : 'black-hole');
      try {
        // Also what is asked in the last moment is waited for behind the closed way.
        const wrong = await probe.during(options.outageMs, MEANWHILE);
        return { delivered: rig.mongoProxy.hits > before, wrong };
      } finally {
        await rig.mongoProxy.set('pass');
      }
    },
  });
  row.found.wrong.push(...(await probe.settled(options.giveUpMs)));
  return { ...row, note: probe.note() };
}
