import type { Tool } from '../domain/assistant.ts';
import type { CheckpointSource, VersionRange } from '../domain/checkpoint.ts';
import type { ContextPolicy, ShownContext } from '../domain/context-policy.ts';
import type { Metadata } from '../domain/json.ts';
import type { Limits } from '../domain/limits.ts';
import type { Message, MessageInput, ToolCall, Usage } from '../domain/message.ts';
import type { ResponseFormat } from '../domain/response-format.ts';
import type { Lane, Multitask, RunError, RunOptions } from '../domain/run.ts';
import type { RunStatus } from '../domain/run-status.ts';
import type { MessagePreview } from '../domain/thread.ts';
import type { Keyed } from './request-key.ts';

/** What the collections hold. Times are Dates here and text on the wire; absent means "not yet". */

export interface ThreadDocument extends Keyed {
  /** See `threadKey`. */
  _id: string;
  project_id: string;
  name: string;
  assistant_id: string;
  metadata: Metadata;
  /** `seq` of the run accepted last. */
  run_seq: number;
  /** Place of the run that held the thread last and has ended. Equal to `run_seq`: no run has been accepted since. Missing on threads of earlier versions. */
  settled_seq?: number;
  last_message: MessagePreview | null;
  last_run_status: RunStatus | null;
  /** Made by a run without a thread: not listed. Absent on a thread that was made for a batch, which is not listed either and goes with its batch. */
  temporary?: boolean;
  batch_id?: string;
  created_at: Date;
  updated_at: Date;
  /** Set first when a thread is deleted: it is gone for every reader from then on. */
  deleted_at?: Date;
}

export interface AssistantDocument extends Keyed {
  _id: string;
  project_id: string;
  version: number;
  name: string;
  model: string;
  instructions: string;
  tools: Tool[];
  temperature: number | null;
  response_format: ResponseFormat | null;
  context_policy: ContextPolicy | null;
  limits: Limits;
  metadata: Metadata;
  created_at: Date;
  updated_at: Date;
}

/** An earlier version of an assistant; `_id` is `<assistant>:<version>`. */
export interface AssistantVersionDocument extends Omit<AssistantDocument, keyof Keyed> {
  assistant_id: string;
}

export interface RunDocument {
  _id: string;
  project_id: string;
  thread_id: string;
  assistant_id: string;
  seq: number;
  status: RunStatus;
  /** Present while the run holds its thread; a unique partial index lets one run per thread have it. */
  active?: true;
  /** Present while it holds the thread and has never been put on the queue: its project has no room there. */
  waiting?: true;
  dispatch: number;
  attempt: number;
  /** How many attempts ended with a dead worker or an error of ours. */
  lost: number;
  worker_id: string | null;
  multitask_strategy: Multitask;
  lane: Lane;
  idempotency_key?: string;
  fingerprint?: string;
  input: MessageInput[];
  options: RunOptions;
  metadata: Metadata;
  /** Version the run continues from instead of the newest. */
  base_version?: number;
  /** Run whose steps are left out (`rollback`). */
  rollback_of?: string;
  /** Its acceptance was told to a repeat of the request, so it can not be taken back any more. */
  told?: true;
  usage: Usage;
  required_action: { type: 'submit_tool_outputs'; tool_calls: ToolCall[] } | null;
  last_error: RunError | null;
  incomplete_details: { reason: string } | null;
  /** W3C trace context of the request that made it, so that whoever executes it, and when, is in the same trace. */
  traceparent?: string;
  batch_id: string | null;
  schedule_id?: string;
  /** Somebody wants to hear of it: true until its end was announced. */
  hooks?: boolean;
  /** It waits for the client, and that was not announced. */
  pause_untold?: true;
  /** The endpoint it names itself; `secret` is sealed. */
  webhook?: { url: string; secret: string | null };
  /** Place in the batch; only while the run counts for its item, not when a retry has replaced it. */
  batch_index?: number;
  cancel_requested_at: Date | null;
  created_at: Date;
  dispatched_at: Date | null;
  started_at?: Date;
  /** The client's last delivery: `max_duration_ms` counts from here, not over the time the client took. */
  resumed_at?: Date;
  first_token_at: Date | null;
  finished_at: Date | null;
  expires_at: Date | null;
}

/** How a tool call went, as kept in the checkpoint of its step. */
export interface ToolTiming {
  tool_call_id: string;
  message_id: string;
  name: string;
  status: 'completed' | 'failed';
  error: RunError | null;
  started_at: string;
  finished_at: string;
  duration_ms: number;
}

export interface CheckpointMetadata {
  started_at?: string;
  first_token_at?: string | null;
  finished_at?: string;
  model?: string;
  usage?: Usage | null;
  finish_reason?: string;
  request_id?: string | null;
  model_attempts?: number;
  /** What is wrong with a final answer that does not have the format of its run. */
  output_errors?: string[];
  /** Which part of the thread the model was shown, where a policy decides that. */
  context?: ShownContext;
  tools?: ToolTiming[];
  /** Where a copied checkpoint comes from. */
  copied_from?: { thread_id: string; checkpoint_id: string; run_id: string | null };
}

export interface CheckpointDocument extends Omit<Keyed, 'removed_at'> {
  _id: string;
  project_id: string;
  thread_id: string;
  version: number;
  /** Version this one continues; 0 is the empty thread. */
  parent: number;
  /** The newest checkpoint at or below this one that does not continue its predecessor; 0 when there is none. */
  fork: number;
  /** On a fork: the versions below it that its state is made of. */
  ranges?: VersionRange[];
  source: CheckpointSource;
  run_id?: string;
  step?: number;
  attempt?: number;
  /** Added or, when the id is in `replaced`, put in the place of the message with that id. */
  messages: Message[];
  replaced: string[];
  removed: string[];
  /** Present when `replaced` or `removed` is not empty: these few are looked up on their own when older pages are read. */
  edited?: true;
  metadata: CheckpointMetadata;
  created_at: Date;
}

/** One tool call; `_id` is its idempotency key `<run>:<step>:<i>`. */
export interface ToolCallDocument extends Omit<Keyed, 'removed_at'> {
  _id: string;
  project_id: string;
  thread_id: string;
  run_id: string;
  step: number;
  tool_call_id: string;
  name: string;
  attempt: number;
  status: 'started' | 'done';
  started_at: Date;
  finished_at?: Date;
  result?: { content: string; error: RunError | null };
}

export interface WorkerDocument {
  _id: string;
  started_at: Date;
  seen_at: Date;
  slots: { interactive: number; batch: number };
  running: number;
  /** An operator wants it to take no further run. */
  draining?: boolean;
}

/** What operators want of a lane; absent is a lane that nobody ever paused. */
export interface LaneDocument {
  _id: Lane;
  paused: boolean;
  changed_at: Date;
}
