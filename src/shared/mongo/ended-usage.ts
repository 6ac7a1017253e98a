import type { Lane } from '../domain/run.ts';
import type { TerminalStatus } from '../domain/run-status.ts';
import { sumCounts, type UsageCounts } from '../usage/usage-counts.ts';
import { SLOT_MS } from '../usage/usage-slots.ts';
import type { Models } from './models.ts';
import type { UsageModels } from './usage-models.ts';

/** What usage is told apart by. */
export interface UsageGroup {
  readonly project_id: string;
  readonly assistant_id: string;
  readonly model: string;
  readonly lane: Lane;
}

/** What the runs of one group came to that ended in one slot. */
export interface SlotUsage extends UsageGroup {
  readonly slotStart: Date;
  readonly counts: UsageCounts;
}

interface Row {
  readonly _id: UsageGroup & { readonly slot: number; readonly status: TerminalStatus };
  readonly count: number;
  readonly prompt: number;
  readonly completion: number;
}

type Collections = Pick<Models, 'runs'> & Pick<UsageModels, 'removedRuns'>;

/** More than there are groups: not every engine finds a cursor again from another connection of the pool. */
const IN_ONE_ANSWER = { batchSize: 100_000 };
const IDS_AT_ONCE = 1000;
const MAX_TRIES = 5;

/**
 * Counts the runs that ended at or after `from` and before `to` (null: until now), each once: also those that were deleted meanwhile, which are in `removed_runs`. A run is copied there before it is
 * deleted, so for a moment it is in both: those are looked for first and counted by their copy. When a run was copied while this counted, it counts again.
 * @throws when runs of the time are being deleted all the time
 */
export async function readEndedUsage(models: Collections, from: Date, to: Date | null): Promise<SlotUsage[]> {
  const ended = { $gte: from, ...(to ? { $lt: to } : {}) };
  const removedIds = async () =>
    (
      await models.removedRuns.find({ finished_at: ended }, { _id: 1 }).batchSize(1_000_000).lean<{ _id: string }[]>()
    ).map(({ _id }) => _id);
  let removed = await removedIds();
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const inBoth = await stillThere(models, removed);
    const rows = await Promise.all([
      models.runs.aggregate<Row>(
        pipeline({ finished_at: ended, ...(inBoth.length > 0 ? { _id: { $nin: inBoth } } : {}) }, '$options.model'),
        IN_ONE_ANSWER,
      ),
      models.removedRuns.aggregate<Row>(pipeline({ finished_at: ended }, '$model'), IN_ONE_ANSWER),
    ]);
    const now = await removedIds();
    if (now.length === removed.length) return toSlots(rows.flat());
    removed = now;
  }
  throw new Error('runs are deleted faster than they can be counted');
}

async function stillThere({ runs }: Collections, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE);
    const here = await runs
      .find({ _id: { $in: some } }, { _id: 1 })
      .batchSize(IDS_AT_ONCE + 1)
      .lean<{ _id: string }[]>();
    found.push(...here.map(({ _id }) => _id));
  }
  return found;
}

const pipeline = (match: object, model: string) => [
  { $match: match },
  {
    $group: {
      _id: {
        slot: { $floor: { $divide: [{ $subtract: ['$finished_at', new Date(0)] }, SLOT_MS] } },
        project_id: '$project_id',
        assistant_id: '$assistant_id',
        model,
        lane: '$lane',
        status: '$status',
      },
      count: { $sum: 1 },
      prompt: { $sum: '$usage.prompt_tokens' },
      completion: { $sum: '$usage.completion_tokens' },
    },
  },
];

/** One for each group and slot, out of one for each status. */
function toSlots(rows: readonly Row[]): SlotUsage[] {
  const keyOf = ({ _id }: Row) => [_id.slot, _id.project_id, _id.assistant_id, _id.lane, _id.model].join(' ');
  return [...Map.groupBy(rows, keyOf).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { slot, project_id, assistant_id, model, lane } = first._id;
    const counts = sumCounts(
      same.map(({ _id, count, prompt, completion }) => ({
        [_id.status]: count,
        prompt_tokens: prompt,
        completion_tokens: completion,
      })),
    );
    return [{ slotStart: new Date(slot * SLOT_MS), project_id, assistant_id, model, lane, counts }];
  });
}
