import { type Connection, type Model, Schema } from 'mongoose';
import type { Lane } from '../domain/run.ts';
import type { TerminalStatus } from '../domain/run-status.ts';
import type { UsageCounts } from '../usage/usage-counts.ts';

/** What one day of one project, assistant, model and lane came to; `_id` is these five. */
export interface UsageDocument {
  _id: string;
  /** `2026-01-31`, in UTC. */
  day: string;
  project_id: string;
  assistant_id: string;
  model: string;
  lane: Lane;
  /** By ten minutes of the day, 0 to 143. Kept until the day after the next. */
  slots?: Record<string, UsageCounts>;
  /** Present from the end of the day on. */
  total?: UsageCounts;
}

/** How far runs are folded into `usage`: there is one document. */
export interface UsageClockDocument {
  _id: 'folded';
  until: Date;
}

/** What usage needs of an ended run whose thread was deleted; `_id` is the run's. */
export interface RemovedRunDocument {
  _id: string;
  project_id: string;
  assistant_id: string;
  model: string;
  lane: Lane;
  status: TerminalStatus;
  usage: { prompt_tokens: number; completion_tokens: number };
  finished_at: Date;
  removed_at: Date;
}

/** Who used how much. */
export interface UsageModels {
  readonly usage: Model<UsageDocument>;
  readonly usageClock: Model<UsageClockDocument>;
  readonly removedRuns: Model<RemovedRunDocument>;
}

/** Runs are folded within the hour; workers may have been away for some days. */
export const REMOVED_RUN_DAYS = 8;

const text = { type: String, required: true } as const;
const time = { type: Date, required: true } as const;
const any = { type: Schema.Types.Mixed, default: undefined } as const;
const options = { versionKey: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;
const group = { project_id: text, assistant_id: text, model: text, lane: text } as const;

/** The collections of usage, bound to one connection. */
export function createUsageModels(connection: Connection): UsageModels {
  const usage = new Schema(
    { _id: text, day: text, ...group, slots: any, total: any },
    { ...options, collection: 'usage' },
  )
    .index({ day: 1 }, { name: 'by_day' })
    .index({ project_id: 1, day: 1 }, { name: 'of_project' });
  const clock = new Schema({ _id: text, until: time }, { ...options, collection: 'usage_clock' });
  const removed = new Schema(
    { _id: text, ...group, status: text, usage: any, finished_at: time, removed_at: time },
    { ...options, collection: 'removed_runs' },
  )
    .index({ finished_at: 1 }, { name: 'ended' })
    .index({ removed_at: 1 }, { name: 'over', expireAfterSeconds: REMOVED_RUN_DAYS * 86_400 });
  return {
    usage: connection.model('usage', usage) as unknown as Model<UsageDocument>,
    usageClock: connection.model('usage_clock', clock) as unknown as Model<UsageClockDocument>,
    removedRuns: connection.model('removed_runs', removed) as unknown as Model<RemovedRunDocument>,
  };
}
