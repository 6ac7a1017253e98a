import { type Connection, type IndexDefinition, type IndexOptions, type Model, Schema } from 'mongoose';
import type {
  AssistantDocument,
  AssistantVersionDocument,
  CheckpointDocument,
  LaneDocument,
  RunDocument,
  ThreadDocument,
  ToolCallDocument,
  WorkerDocument,
} from './documents.ts';
import { REMOVED_KEY_SECONDS } from './request-key.ts';

const { Mixed } = Schema.Types;
const id = { type: String, required: true } as const;
const text = { type: String, required: true } as const;
const whole = { type: Number, required: true } as const;
const time = { type: Date, required: true } as const;
const maybeTime = { type: Date, default: undefined } as const;
const any = { type: Mixed } as const;

const options = { versionKey: false, minimize: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;

type Index = readonly [IndexDefinition, IndexOptions];

function define<D>(connection: Connection, collection: string, fields: object, indexes: readonly Index[]): Model<D> {
  const schema = new Schema(fields, { ...options, collection });
  for (const [keys, settings] of indexes) schema.index(keys, settings);
  return connection.model(collection, schema) as unknown as Model<D>;
}

export interface Models {
  readonly threads: Model<ThreadDocument>;
  readonly assistants: Model<AssistantDocument>;
  readonly assistantVersions: Model<AssistantVersionDocument>;
  readonly runs: Model<RunDocument>;
  readonly checkpoints: Model<CheckpointDocument>;
  readonly toolCalls: Model<ToolCallDocument>;
  readonly workers: Model<WorkerDocument>;
  readonly lanes: Model<LaneDocument>;
}

const keyed = { idempotency_key: String, fingerprint: String } as const;
const removable = { ...keyed, removed_at: maybeTime } as const;

const idempotency: Index = [
  { project_id: 1, idempotency_key: 1 },
  { name: 'idempotency', unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } },
];
const removedKeys: Index = [
  { removed_at: 1 },
  { name: 'removed_keys', expireAfterSeconds: REMOVED_KEY_SECONDS, sparse: true },
];

const behaviour = {
  model: text,
  instructions: { type: String, default: '' },
  tools: any,
  temperature: any,
  response_format: any,
  context_policy: any,
  limits: any,
  metadata: any,
};

/** The collections, bound to one connection. Guarantees rest on the unique indexes here: see `ensure-indexes.ts`. */
export function createModels(connection: Connection): Models {
  return {
    threads: define(
      connection,
      'threads',
      {
        _id: id,
        project_id: id,
        name: text,
        assistant_id: id,
        metadata: any,
        run_seq: whole,
        settled_seq: { ...whole, required: false },
        last_message: any,
        last_run_status: any,
        temporary: { type: Boolean, default: undefined },
        batch_id: String,
        created_at: time,
        updated_at: time,
        deleted_at: maybeTime,
        ...removable,
      },
      [
        idempotency,
        removedKeys,
        [{ project_id: 1, temporary: 1, updated_at: -1, _id: -1 }, { name: 'list' }],
        [{ deleted_at: 1 }, { name: 'deleted', sparse: true }],
        [
          { temporary: 1, updated_at: 1 },
          { name: 'temporary', partialFilterExpression: { temporary: true } },
        ],
        [{ batch_id: 1 }, { name: 'of_batch', sparse: true }],
      ],
    ),
    assistants: define(
      connection,
      'assistants',
      {
        _id: id,
        project_id: id,
        version: whole,
        name: text,
        ...behaviour,
        created_at: time,
        updated_at: time,
        ...removable,
      },
      [[{ project_id: 1, _id: -1 }, { name: 'list' }], idempotency, removedKeys],
    ),
    assistantVersions: define(
      connection,
      'assistant_versions',
      {
        _id: id,
        assistant_id: id,
        project_id: id,
        version: whole,
        name: text,
        ...behaviour,
        created_at: time,
        updated_at: time,
      },
      [[{ project_id: 1, assistant_id: 1, version: -1 }, { name: 'list' }]],
    ),
    runs: define(
      connection,
      'runs',
      {
        _id: id,
        project_id: id,
        thread_id: id,
        assistant_id: id,
        seq: whole,
        status: text,
        active: { type: Boolean, default: undefined },
        waiting: { type: Boolean, default: undefined },
        dispatch: whole,
        attempt: whole,
        lost: whole,
        worker_id: any,
        multitask_strategy: text,
        lane: text,
        ...keyed,
        input: any,
        options: any,
        metadata: any,
        base_version: Number,
        rollback_of: String,
        told: Boolean,
        usage: any,
        required_action: any,
        last_error: any,
        incomplete_details: any,
        traceparent: String,
        batch_id: any,
        schedule_id: String,
        hooks: Boolean,
        pause_untold: Boolean,
        webhook: { type: Mixed, default: undefined },
        batch_index: Number,
        cancel_requested_at: Date,
        created_at: time,
        dispatched_at: Date,
        resumed_at: maybeTime,
        started_at: maybeTime,
        first_token_at: Date,
        finished_at: Date,
        expires_at: Date,
      },
      [
        [
          { thread_id: 1, project_id: 1 },
          { name: 'one_active_of_thread', unique: true, partialFilterExpression: { active: true } },
        ],
        idempotency,
        [
          { thread_id: 1, seq: 1 },
          { name: 'waiting', partialFilterExpression: { status: 'queued' } },
        ],
        [
          { project_id: 1, lane: 1, _id: 1 },
          { name: 'waiting_for_admission', partialFilterExpression: { waiting: true } },
        ],
        [{ thread_id: 1, _id: -1 }, { name: 'of_thread' }],
        [{ project_id: 1, _id: -1 }, { name: 'list' }],
        [{ status: 1, _id: 1 }, { name: 'by_status' }],
        [
          { schedule_id: 1, _id: -1 },
          { name: 'of_schedule', partialFilterExpression: { schedule_id: { $exists: true } } },
        ],
        // Only runs that somebody wants to hear of.
        [
          { status: 1, _id: 1 },
          { name: 'to_announce', partialFilterExpression: { hooks: true } },
        ],
        // Only runs that count for an item of a batch are in these two.
        [
          { batch_id: 1, status: 1, batch_index: 1 },
          { name: 'of_batch', partialFilterExpression: { batch_index: { $gte: 0 } } },
        ],
        [
          { batch_id: 1, finished_at: 1, _id: 1 },
          { name: 'batch_ends', partialFilterExpression: { batch_index: { $gte: 0 } } },
        ],
        // Only ended runs are in it, so accepting a run does not pay for it.
        [{ finished_at: 1 }, { name: 'ended', partialFilterExpression: { finished_at: { $gt: new Date(0) } } }],
      ],
    ),
    checkpoints: define(
      connection,
      'checkpoints',
      {
        _id: id,
        project_id: id,
        thread_id: id,
        version: whole,
        parent: whole,
        fork: whole,
        ranges: { type: Mixed, default: undefined },
        source: text,
        run_id: String,
        step: Number,
        attempt: Number,
        messages: any,
        replaced: any,
        removed: any,
        edited: { type: Boolean, default: undefined },
        metadata: any,
        created_at: time,
        ...keyed,
      },
      [
        idempotency,
        [
          { thread_id: 1, version: 1, project_id: 1 },
          { name: 'log_of_thread', unique: true },
        ],
        [
          { run_id: 1, step: 1 },
          { name: 'one_commit_per_step', unique: true, partialFilterExpression: { run_id: { $exists: true } } },
        ],
        [{ thread_id: 1, 'messages.id': 1 }, { name: 'message' }],
        [
          { thread_id: 1, version: 1, edited: 1 },
          { name: 'edits', partialFilterExpression: { edited: true } },
        ],
      ],
    ),
    toolCalls: define(
      connection,
      'tool_calls',
      {
        _id: id,
        project_id: id,
        thread_id: id,
        run_id: id,
        step: whole,
        tool_call_id: text,
        name: text,
        attempt: whole,
        status: text,
        started_at: time,
        finished_at: maybeTime,
        result: { type: Mixed, default: undefined },
        ...keyed,
      },
      [
        [{ run_id: 1, step: 1 }, { name: 'of_run' }],
        [{ thread_id: 1 }, { name: 'of_thread' }],
      ],
    ),
    workers: define(
      connection,
      'workers',
      { _id: id, started_at: time, seen_at: time, slots: any, running: whole, draining: Boolean },
      [[{ seen_at: 1 }, { name: 'gone', expireAfterSeconds: 86_400 }]],
    ),
    lanes: define(connection, 'lanes', { _id: id, paused: { type: Boolean, required: true }, changed_at: time }, []),
  };
}
