import type { ThreadState } from '../../shared/domain/checkpoint.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { Run } from '../../shared/domain/run.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { CheckpointDocument } from '../../shared/mongo/documents.ts';

/** A thread right after `checkpoint`. @param holder the run that holds the thread, when `checkpoint` is its newest. */
export function toThreadState(
  {
    checkpoint,
    parent,
    messages,
  }: { checkpoint: CheckpointDocument; parent: CheckpointDocument | null; messages: readonly Message[] },
  holder: Run | null,
): ThreadState {
  return {
    values: { messages: [...messages] },
    next: nextOf(checkpoint),
    checkpoint: toRef(checkpoint),
    parent_checkpoint: parent && toRef(parent),
    metadata: toMetadata(checkpoint),
    created_at: checkpoint.created_at.toISOString(),
    tasks: (holder?.required_action?.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.name,
      tool_call: call,
    })),
  };
}

/** A thread nothing was written to yet. */
export const emptyState = (createdAt: string): ThreadState => ({
  values: { messages: [] },
  next: [],
  checkpoint: null,
  parent_checkpoint: null,
  metadata: {},
  created_at: createdAt,
  tasks: [],
});

export const unknownCheckpoint = (pointer: string): AppError =>
  new AppError('reference_not_found', {
    detail: 'The checkpoint does not exist on this thread.',
    errors: [{ pointer, code: 'reference_not_found', message: 'No such checkpoint.' }],
  });

const toRef = (checkpoint: CheckpointDocument) => ({
  thread_id: checkpoint.thread_id,
  checkpoint_id: checkpoint._id,
  version: checkpoint.version,
});

/** What a run would do here: answer an input or results, or execute the calls an answer asked for. */
function nextOf(checkpoint: CheckpointDocument): ThreadState['next'] {
  switch (checkpoint.source) {
    case 'input':
    case 'tools':
      return ['model'];
    case 'model':
      return checkpoint.messages.some((message) => (message.tool_calls ?? []).length > 0) ? ['tools'] : [];
    case 'update':
      return [];
    default:
      return checkpoint.source satisfies never;
  }
}

const toMetadata = ({ source, run_id, step, attempt, metadata }: CheckpointDocument): ThreadState['metadata'] =>
  JSON.parse(
    JSON.stringify({ source, run_id: run_id ?? null, step: step ?? null, attempt: attempt ?? null, ...metadata }),
  ) as ThreadState['metadata'];
