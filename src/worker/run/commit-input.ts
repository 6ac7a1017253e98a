import { newId } from '../../shared/domain/ids.ts';
import type { Message, MessageInput } from '../../shared/domain/message.ts';
import { commitStep } from './commit-step.ts';
import type { LoadProgressDeps } from './load-progress.ts';
import type { RunProgress } from './run-progress.ts';

/** Step 0: the messages the run was accepted with. Those with an id that is in the thread take the place of the old ones. */
export async function commitInput(deps: LoadProgressDeps, progress: RunProgress): Promise<RunProgress> {
  const now = new Date().toISOString();
  const messages = progress.run.input.map((input) => toMessage(input, progress.run._id, now));
  const there = await idsThere(deps, progress);
  return commitStep(deps.log, progress, {
    source: 'input',
    messages,
    replaced: messages.map(({ id }) => id).filter((id) => there.has(id)),
    metadata: { started_at: now, finished_at: now },
  });
}

/** Which messages can be replaced. Where the thread is longer than what the model is shown, all of it is read; only inputs with ids need that. */
async function idsThere(
  { reader }: LoadProgressDeps,
  { run, context, position }: RunProgress,
): Promise<ReadonlySet<string>> {
  if (run.input.every(({ id }) => id === undefined)) return new Set();
  const cut = context.length >= run.options.limits.max_context_messages;
  const all = cut && position.base ? await reader.at(position.base) : context;
  return new Set(all.map(({ id }) => id));
}

const toMessage = (input: MessageInput, runId: string, createdAt: string): Message => ({
  ...input,
  id: input.id ?? newId(),
  status: 'completed',
  run_id: runId,
  created_at: createdAt,
});
