import { COUNT_NAMES, sumCounts, type UsageCounts } from '../usage/usage-counts.ts';
import { DAY_MS, dayOf, slotOf } from '../usage/usage-slots.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import type { SlotUsage, UsageGroup } from './ended-usage.ts';
import type { Models } from './models.ts';
import type { UsageDocument, UsageModels } from './usage-models.ts';

export interface UsageFilter {
  readonly projectId?: string | undefined;
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
}

/** What usage can be grouped by. */
export const USAGE_FIELDS = ['day', 'project_id', 'assistant_id', 'model', 'lane'] as const;
export type UsageField = (typeof USAGE_FIELDS)[number];

/** One day of a group. */
export interface DayUsage extends UsageGroup {
  readonly day: string;
  readonly counts: UsageCounts;
}

/** Counts of what has these values in common. */
export interface GroupedUsage {
  readonly by: Readonly<Partial<Record<UsageField, string>>>;
  readonly counts: UsageCounts;
}

/** Usage as it is folded. Every write may be repeated. */
export interface UsageRepository {
  /** Runs that ended before this moment are folded. null: nobody has begun. */
  foldedUntil(): Promise<Date | null>;
  /** When the first run ended of those that are there. */
  firstEnd(): Promise<Date | null>;
  /** Moves the clock. false: somebody else did. */
  moveClock(from: Date | null, to: Date): Promise<boolean>;
  /** Writes slots; each is written as a whole. */
  store(slots: readonly SlotUsage[]): Promise<void>;
  /** Writes the totals of a day whose slots are all there. */
  closeDay(day: string): Promise<void>;
  /** The closed days before `before`. */
  closed(filter: UsageFilter, before: string, by: readonly UsageField[]): Promise<GroupedUsage[]>;
  /** What is folded of the day of `until`. */
  open(filter: UsageFilter, until: Date): Promise<DayUsage[]>;
}

const IN_ONE_ANSWER = 1_000_000;

export function createUsageRepository(models: Pick<Models, 'runs'> & UsageModels): UsageRepository {
  const { runs, usage, usageClock } = models;
  const daysOf = (filter: UsageFilter, day: object) => ({
    ...(filter.projectId === undefined ? {} : { project_id: filter.projectId }),
    day: { $gte: filter.from, $lte: filter.to, ...day },
  });
  const find = (filter: object) => usage.find(filter).batchSize(IN_ONE_ANSWER).lean<UsageDocument[]>();

  return {
    foldedUntil: async () => (await usageClock.findOne({ _id: 'folded' }).lean())?.until ?? null,

    async firstEnd() {
      const first = await runs
        .findOne({ finished_at: { $gt: new Date(0) } }, { finished_at: 1 })
        .sort({ finished_at: 1 })
        .lean();
      return first?.finished_at ?? null;
    },

    async moveClock(from, to) {
      if (from === null) {
        try {
          await usageClock.collection.insertOne({ _id: 'folded' as never, until: to });
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }
      const { modifiedCount } = await usageClock.updateOne({ _id: 'folded', until: from }, { $set: { until: to } });
      return modifiedCount === 1;
    },

    async store(slots) {
      if (slots.length === 0) return;
      await usage.collection.bulkWrite(
        slots.map(({ slotStart, counts, project_id, assistant_id, model, lane }) => {
          const day = dayOf(slotStart);
          return {
            updateOne: {
              filter: { _id: [day, project_id, assistant_id, lane, model].join(':') as never },
              update: {
                $set: { [`slots.${slotOf(slotStart)}`]: counts },
                $setOnInsert: { day, project_id, assistant_id, model, lane },
              },
              upsert: true,
            },
          };
        }),
        { ordered: false },
      );
    },

    async closeDay(day) {
      const rows = await find({ day });
      if (rows.length > 0)
        await usage.collection.bulkWrite(
          rows.map(({ _id, slots }) => ({
            updateOne: {
              // A total that is there stays: a worker that was frozen for days finds slots that have gone meanwhile.
              filter: { _id: _id as never, total: { $exists: false } },
              update: { $set: { total: sumCounts(Object.values(slots ?? {})) } },
            },
          })),
          { ordered: false },
        );
      // Whoever read the clock while that day was open has its answer by now.
      const old = dayOf(new Date(Date.parse(day) - DAY_MS));
      await usage.collection.updateMany({ day: old, total: { $exists: true } }, { $unset: { slots: 1 } });
    },

    async closed(filter, before, by) {
      const rows = await usage.aggregate<{ _id: GroupedUsage['by'] } & UsageCounts>(
        [
          { $match: daysOf(filter, { $lt: before }) },
          {
            $group: {
              _id: Object.fromEntries(by.map((field) => [field, `$${field}`])),
              ...Object.fromEntries(COUNT_NAMES.map((name) => [name, { $sum: `$total.${name}` }])),
            },
          },
        ],
        { batchSize: IN_ONE_ANSWER },
      );
      return rows.map(({ _id, ...counts }) => ({ by: _id, counts }));
    },

    async open(filter, until) {
      const rows = await find(daysOf(filter, { $eq: dayOf(until) }));
      const end = slotOf(until);
      return rows.map(({ slots = {}, ...row }) => ({
        ...row,
        counts: sumCounts(Object.entries(slots).flatMap(([slot, counts]) => (Number(slot) < end ? [counts] : []))),
      }));
    },
  };
}
