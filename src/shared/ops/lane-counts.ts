import type { Lane } from '../domain/run.ts';
import type { Models } from '../mongo/models.ts';

/** What the record says about a lane now, over all projects. */
export interface LaneCounts {
  readonly queued: number;
  readonly running: number;
  /** When the oldest queued run was accepted. */
  readonly oldestAt: Date | null;
}

interface Group {
  readonly _id: Lane;
  readonly count: number;
  readonly oldest: Date;
}

/** Counts the open runs of each lane. It reads each of them by the index on status, so it costs what is open, not what is stored. */
export async function readLaneCounts(models: Pick<Models, 'runs'>): Promise<(lane: Lane) => LaneCounts> {
  const group = (...statuses: string[]) =>
    models.runs.aggregate<Group>([
      { $match: { status: { $in: statuses } } },
      { $group: { _id: '$lane', count: { $sum: 1 }, oldest: { $min: '$created_at' } } },
    ]);
  const [queued, running] = await Promise.all([group('queued'), group('in_progress', 'cancelling')]);
  return (lane) => {
    const of = (groups: readonly Group[]) => groups.find(({ _id }) => _id === lane);
    const waiting = of(queued);
    return { queued: waiting?.count ?? 0, running: of(running)?.count ?? 0, oldestAt: waiting?.oldest ?? null };
  };
}
