import type { Lane } from '../domain/run.ts';
import type { TerminalStatus } from '../domain/run-status.ts';
import type { Models } from '../mongo/models.ts';
import { quantile } from './quantile.ts';
import type { QueueMinute } from './queue-report.ts';

export const MINUTE_MS = 60_000;

/** More than there are groups: not every engine finds a cursor again from another connection of the pool. */
const IN_ONE_ANSWER = { batchSize: 100_000 };

interface Group<K> {
  readonly _id: K & { readonly minute: number; readonly lane: Lane };
  readonly count: number;
}

/**
 * How the runs ended that ended from minute `from` on and before minute `to` (null: until now); minutes count from 1970. One row for each minute and lane that has any,
 * in order. The database makes histograms, so what comes back is bounded whatever the number of runs: durations are exact below 100 ms and above it
 * rounded down to two digits.
 */
export async function readEndedRuns(
  models: Pick<Models, 'runs'>,
  from: number,
  to: number | null,
): Promise<QueueMinute[]> {
  const { runs } = models;
  const ended = { $gte: new Date(from * MINUTE_MS), ...(to === null ? {} : { $lt: new Date(to * MINUTE_MS) }) };
  const perMinute = (fields: object) => [
    { $match: { finished_at: ended } },
    {
      $project: {
        lane: 1,
        status: 1,
        minute: { $floor: { $divide: [{ $subtract: ['$finished_at', new Date(0)] }, MINUTE_MS] } },
        ttft: { $subtract: ['$first_token_at', '$started_at'] },
        wait: { $subtract: ['$started_at', '$created_at'] },
      },
    },
    { $group: { _id: { minute: '$minute', lane: '$lane', ...fields }, count: { $sum: 1 } } },
  ];
  const [ends, waits] = await Promise.all([
    runs.aggregate<Group<{ status: TerminalStatus; ttft: number | null }>>(
      perMinute({ status: '$status', ttft: twoDigits('$ttft') }),
      IN_ONE_ANSWER,
    ),
    runs.aggregate<Group<{ wait: number | null }>>(perMinute({ wait: twoDigits('$wait') }), IN_ONE_ANSWER),
  ]);

  const keyOf = ({ minute, lane }: { minute: number; lane: Lane }) => `${minute} ${lane}`;
  const waitsOf = Map.groupBy(waits, ({ _id }) => keyOf(_id));
  return [...Map.groupBy(ends, ({ _id }) => keyOf(_id))]
    .map(([key, groups]) => toRow(groups, waitsOf.get(key) ?? []))
    .filter((row) => row !== null)
    .sort((a, b) => (`${a.minute}${a.lane}` < `${b.minute}${b.lane}` ? -1 : 1));
}

function toRow(
  ends: readonly Group<{ status: TerminalStatus; ttft: number | null }>[],
  waits: readonly Group<{ wait: number | null }>[],
): QueueMinute | null {
  const [first] = ends;
  if (!first) return null;
  const having = (...statuses: TerminalStatus[]) =>
    ends.reduce((sum, { _id, count }) => (statuses.includes(_id.status) ? sum + count : sum), 0);
  const ttft = ends.flatMap(({ _id, count }) => toBucket(_id.ttft, count));
  return {
    minute: new Date(first._id.minute * MINUTE_MS).toISOString(),
    lane: first._id.lane,
    completed: having('completed'),
    failed: having('failed'),
    cancelled: having('cancelled'),
    other: having('expired', 'incomplete'),
    ttft_p50_ms: quantile(ttft, 0.5),
    ttft_p95_ms: quantile(ttft, 0.95),
    wait_p50_ms: quantile(
      waits.flatMap(({ _id, count }) => toBucket(_id.wait, count)),
      0.5,
    ),
  };
}

/** The times are of several clocks: a difference below zero is none. */
const toBucket = (value: number | null, count: number) =>
  value === null ? [] : [{ value: Math.max(0, value), count }];

/** An expression for a duration rounded down to two digits; null stays null, as it compares below every number. */
function twoDigits(field: string): unknown {
  const downTo = (step: number) => ({ $multiply: [{ $floor: { $divide: [field, step] } }, step] });
  const upTo = (limit: number, value: unknown, above: unknown) => ({ $cond: [{ $lt: [field, limit] }, value, above] });
  const minutes = upTo(1_000_000, downTo(10_000), downTo(100_000));
  const seconds = upTo(10_000, downTo(100), upTo(100_000, downTo(1000), minutes));
  return upTo(100, field, upTo(1000, downTo(10), seconds));
}
