/**
 * Crash window: a process may die after the insert and before the events. Then the step is stored and nobody was told; the next attempt announces the last committed
 * step again, and clients take messages by id, so a repeat is harmless.
 */

import type { CheckpointSource } from '../../shared/domain/checkpoint.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { CheckpointLog } from '../../shared/mongo/checkpoint-log.ts';
import type { CheckpointMetadata } from '../../shared/mongo/documents.ts';
import { type RunProgress, withStep } from './run-progress.ts';

export interface StepContent {
  readonly source: CheckpointSource;
  readonly messages: readonly Message[];
  readonly replaced?: readonly string[];
  readonly metadata: CheckpointMetadata;
}

/**
 * Stores the next step of a run. When another attempt was first, its step counts and ours is dropped: the model is not deterministic, so the two are never compared
 * or merged.
 */
export async function commitStep(
  log: CheckpointLog,
  progress: RunProgress,
  content: StepContent,
): Promise<RunProgress> {
  const { run, steps, position } = progress;
  const commit = await log.commit(
    position,
    {
      projectId: run.project_id,
      threadId: run.thread_id,
      run: { id: run._id, step: steps.length, attempt: run.attempt },
      ...content,
    },
    'rebase',
  );
  if (commit.kind === 'conflict') throw new Error('a rebasing commit does not conflict');
  return withStep(progress, commit.checkpoint);
}
