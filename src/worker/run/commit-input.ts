import { newId } from '../../shared/domain/ids.ts';
import type { Message, MessageInput } from '../../shared/domain/message.ts';
import type { CheckpointLog } from '../../shared/mongo/checkpoint-log.ts';
import { commitStep } from './commit-step.ts';
import type { RunProgress } from './run-progress.ts';

/** Step 0: the messages the run was accepted with. Those with an id that is in the thread take the place of the old ones. */
export async function commitInput(log: CheckpointLog, progress: RunProgress): Promise<RunProgress> {
  const now = new Date().toISOString();
  const messages = progress.run.input.map((input) => toMessage(input, progress.run._id, now));
  const there = new Set(progress.context.map((message) => message.id));
  return commitStep(log, progress, {
    source: 'input',
    messages,
    replaced: messages.map(({ id }) => id).filter((id) => there.has(id)),
    metadata: { started_at: now, finished_at: now },
  });
}

const toMessage = (input: MessageInput, runId: string, createdAt: string): Message => ({
  ...input,
  id: input.id ?? newId(),
  status: 'completed',
  run_id: runId,
  created_at: createdAt,
});
