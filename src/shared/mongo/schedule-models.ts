import { type Connection, type Model, Schema } from 'mongoose';
import type { Metadata } from '../domain/json.ts';
import type { MessageInput } from '../domain/message.ts';
import type { Lane } from '../domain/run.ts';
import type { Missed, ScheduleOverrides } from '../domain/schedule.ts';
import { type Keyed, REMOVED_KEY_SECONDS } from './request-key.ts';

export interface ScheduleDocument extends Keyed {
  _id: string;
  project_id: string;
  name: string;
  cron: string;
  time_zone: string;
  thread_id: string | null;
  assistant_id: string | null;
  input: MessageInput[];
  overrides: ScheduleOverrides;
  metadata: Metadata;
  lane: Lane;
  enabled: boolean;
  missed: Missed;
  /** The first time that has not been seen to. null: it is paused. */
  next_at: Date | null;
  last_run_at: Date | null;
  last_run_id: string | null;
  last_error: { code: string; message: string; at: Date } | null;
  created_at: Date;
  updated_at: Date;
}

export interface ScheduleModels {
  readonly schedules: Model<ScheduleDocument>;
}

const text = { type: String, required: true } as const;
const any = { type: Schema.Types.Mixed } as const;

/** The collection of schedules, bound to one connection. */
export function createScheduleModels(connection: Connection): ScheduleModels {
  const schedules = new Schema(
    {
      _id: text,
      project_id: text,
      name: String,
      cron: String,
      time_zone: String,
      thread_id: any,
      assistant_id: any,
      input: any,
      overrides: any,
      metadata: any,
      lane: String,
      enabled: Boolean,
      missed: String,
      next_at: Date,
      last_run_at: Date,
      last_run_id: any,
      last_error: any,
      created_at: Date,
      updated_at: Date,
      idempotency_key: String,
      fingerprint: String,
      removed_at: Date,
    },
    {
      versionKey: false,
      minimize: false,
      strict: 'throw',
      autoIndex: false,
      autoCreate: false,
      collection: 'schedules',
    },
  )
    .index({ project_id: 1, _id: -1 }, { name: 'list' })
    .index({ next_at: 1 }, { name: 'due', partialFilterExpression: { enabled: true } })
    .index(
      { project_id: 1, idempotency_key: 1 },
      { name: 'idempotency', unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } },
    )
    .index({ removed_at: 1 }, { name: 'removed_keys', expireAfterSeconds: REMOVED_KEY_SECONDS, sparse: true });
  return { schedules: connection.model('schedules', schedules) as unknown as Model<ScheduleDocument> };
}
