import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import type { PlayedRun } from '../load/play-run.ts';
import type { Rig } from '../rig/start-rig.ts';
import { checkLeftovers } from './check-leftovers.ts';
import { checkRecord } from './check-record.ts';
import { checkStreams } from './check-streams.ts';
import { type Findings, nothingFound } from './findings.ts';

/** The whole oracle over what a load played. */
export async function judgeLoad(
  rig: Rig,
  played: readonly PlayedRun[],
  options: { readonly mayEnd?: (run: RunDocument) => boolean; readonly activeToo?: boolean } = {},
): Promise<Findings> {
  const { mayEnd = () => false, activeToo = false } = options;
  const found = nothingFound();
  const runs = await checkRecord(rig.models, played, found, { mayEnd });
  await checkStreams(rig.models, played, runs, found);
  await checkLeftovers(rig, found, activeToo);
  return found;
}
