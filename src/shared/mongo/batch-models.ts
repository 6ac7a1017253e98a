import { type Connection, type Model, Schema } from 'mongoose';
import type { Assistant } from '../domain/assistant.ts';
import type { BatchCounts, BatchStatus } from '../domain/batch.ts';
import type { Metadata } from '../domain/json.ts';
import type { MessageInput, Usage } from '../domain/message.ts';
import type { RunInput } from '../domain/run.ts';
import type { NamedTarget } from '../webhooks/announce.ts';
import type { Keyed } from './request-key.ts';

/** Many runs that were submitted together. Times that are absent have not come yet. */
export interface BatchDocument extends Omit<Keyed, 'removed_at'> {
  _id: string;
  project_id: string;
  status: BatchStatus;
  /** These three are known for certain when the upload is complete, and `fingerprint` is theirs. */
  name: string | null;
  assistant_id: string | null;
  metadata: Metadata;
  /** The endpoint it names itself; `secret` is sealed. */
  webhook?: NamedTarget;
  /** Items stored: those with an index below. */
  received: number;
  /** Index of the first item that needs the batch's assistant. */
  first_unassigned?: number;
  /** The failed items of the last round have to be given new runs before any is made; the Idempotency-Key of the request that asked. */
  retry_pending?: true;
  retry_key?: string;
  /** Of a finished batch. */
  counts?: BatchCounts;
  usage?: Usage;
  created_at: Date;
  started_at?: Date;
  cancel_requested_at?: Date;
  finished_at?: Date;
  expires_at?: Date;
  /** It is gone for every reader from then on. */
  deleted_at?: Date;
  /** It has ended, and that was not announced. */
  untold?: true;
  /** When a worker has to look at it next. */
  due_at: Date;
}

/** What an item's run is made of. */
export type BatchItemRequest = Pick<
  RunInput,
  'model' | 'instructions' | 'temperature' | 'response_format' | 'limits'
> & {
  readonly input: MessageInput[];
  readonly metadata: Metadata;
};

/** One item; `_id` is `<batch>:<index>`, which sorts in the order of the upload. */
export interface BatchItemDocument {
  _id: string;
  batch_id: string;
  project_id: string;
  index: number;
  custom_id: string;
  /** Of the item as it was sent: a repeated upload has to bring the same. */
  digest: string;
  /** No run has been made yet: `run_id`, and `thread_id` of a thread of its own, are only reserved. */
  waiting?: true;
  run_id: string;
  thread_id: string;
  /** The thread was there before. */
  on_thread?: true;
  assistant_id: string | null;
  /** Runs of earlier rounds, oldest first. */
  earlier_runs: string[];
  request: BatchItemRequest;
}

/** An assistant as it was when a batch first named it; `_id` is `<batch>:<assistant>`. */
export interface BatchAssistantDocument {
  _id: string;
  batch_id: string;
  assistant: Assistant;
}

export interface BatchModels {
  readonly batches: Model<BatchDocument>;
  readonly batchItems: Model<BatchItemDocument>;
  readonly batchAssistants: Model<BatchAssistantDocument>;
}

const { Mixed } = Schema.Types;
const text = { type: String, required: true } as const;
const whole = { type: Number, required: true } as const;
const time = { type: Date, required: true } as const;
const any = { type: Mixed } as const;
const options = { versionKey: false, minimize: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;

/** The collections of batches, bound to one connection. */
export function createBatchModels(connection: Connection): BatchModels {
  const batches = new Schema(
    {
      _id: text,
      project_id: text,
      status: text,
      name: any,
      assistant_id: any,
      metadata: any,
      webhook: { type: Mixed, default: undefined },
      received: whole,
      first_unassigned: Number,
      retry_pending: Boolean,
      retry_key: String,
      counts: { type: Mixed, default: undefined },
      usage: { type: Mixed, default: undefined },
      created_at: time,
      started_at: Date,
      cancel_requested_at: Date,
      finished_at: Date,
      expires_at: Date,
      deleted_at: Date,
      untold: Boolean,
      due_at: time,
      idempotency_key: String,
      fingerprint: String,
    },
    { ...options, collection: 'batches' },
  )
    .index({ project_id: 1, _id: -1 }, { name: 'list' })
    .index({ due_at: 1 }, { name: 'due' })
    .index(
      { project_id: 1, idempotency_key: 1 },
      { name: 'idempotency', unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } },
    );
  const items = new Schema(
    {
      _id: text,
      batch_id: text,
      project_id: text,
      index: whole,
      custom_id: text,
      digest: text,
      waiting: Boolean,
      run_id: text,
      thread_id: text,
      on_thread: Boolean,
      assistant_id: any,
      earlier_runs: any,
      request: any,
    },
    { ...options, collection: 'batch_items' },
  )
    .index({ batch_id: 1, custom_id: 1 }, { name: 'custom_id', unique: true })
    .index({ batch_id: 1, index: 1 }, { name: 'waiting', partialFilterExpression: { waiting: true } });
  const assistants = new Schema(
    { _id: text, batch_id: text, assistant: any },
    { ...options, collection: 'batch_assistants' },
  ).index({ batch_id: 1 }, { name: 'of_batch' });
  return {
    batches: connection.model('batches', batches) as unknown as Model<BatchDocument>,
    batchItems: connection.model('batch_items', items) as unknown as Model<BatchItemDocument>,
    batchAssistants: connection.model('batch_assistants', assistants) as unknown as Model<BatchAssistantDocument>,
  };
}
