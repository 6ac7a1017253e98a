import { type Checkpoint, runOf } from '../api/checkpoint.ts';

/** One of several versions of a question or of an answer. */
export interface Version {
  readonly runId: string;
  /** The newest state that goes on from it; null when that is the thread's newest. */
  readonly checkpointId: string | null;
}

/**
 * Is enough of the log there to know the versions of what a run was asked and has answered? Later ones are in front of it, earlier ones are its parents for
 * as long as these are inputs.
 * @param checkpoints the newest of the log, newest first
 */
export function knowsVersions(checkpoints: readonly Checkpoint[], runId: string): boolean {
  const byId = new Map(checkpoints.map((state) => [state.checkpoint.checkpoint_id, state]));
  let at = checkpoints.find((state) => state.metadata.source === 'input' && runOf(state) === runId);
  while (at?.metadata.source === 'input') {
    const parent = at.parent_checkpoint?.checkpoint_id;
    if (parent === undefined) return true;
    at = byId.get(parent);
  }
  return at !== undefined;
}

/** The versions of a message: one for each time it was sent anew. Fewer than two mean that there is nothing to choose. */
export function versionsOfMessage(checkpoints: readonly Checkpoint[], messageId: string): readonly Version[] {
  const writers = checkpoints.filter(
    (state) => state.metadata.source === 'input' && state.values.messages.some(({ id }) => id === messageId),
  );
  return toVersions(checkpoints, writers);
}

/** The versions of the answer of a run: runs that answered the same question, from the same place. */
export function versionsOfAnswer(checkpoints: readonly Checkpoint[], runId: string): readonly Version[] {
  const byId = new Map(checkpoints.map((state) => [state.checkpoint.checkpoint_id, state]));
  const inputs = checkpoints.filter(({ metadata }) => metadata.source === 'input');
  /** An input without messages asks again what its parent asked. */
  const questionOf = (state: Checkpoint): string => {
    const parent = byId.get(state.parent_checkpoint?.checkpoint_id ?? '');
    return state.values.messages.length === 0 && parent?.metadata.source === 'input'
      ? questionOf(parent)
      : state.checkpoint.checkpoint_id;
  };
  const own = inputs.find((state) => runOf(state) === runId);
  if (!own) return [];
  const question = questionOf(own);
  return toVersions(
    checkpoints,
    inputs.filter((state) => questionOf(state) === question),
  );
}

function toVersions(checkpoints: readonly Checkpoint[], inputs: readonly Checkpoint[]): readonly Version[] {
  const head = checkpoints[0]?.checkpoint.checkpoint_id;
  return inputs
    .toSorted((a, b) => a.checkpoint.version - b.checkpoint.version)
    .flatMap((input) => {
      const runId = runOf(input);
      if (runId === null) return [];
      const tip = tipOf(checkpoints, runId, input);
      return [{ runId, checkpointId: tip === head ? null : tip }];
    });
}

/** The newest checkpoint that goes on from the last step of a run. Checkpoints are newest first. */
function tipOf(checkpoints: readonly Checkpoint[], runId: string, input: Checkpoint): string {
  const last = checkpoints.find((state) => runOf(state) === runId) ?? input;
  let tip = last.checkpoint.checkpoint_id;
  if (last === input) return tip;
  for (const state of checkpoints.toReversed())
    if (state.parent_checkpoint?.checkpoint_id === tip) tip = state.checkpoint.checkpoint_id;
  return tip;
}
