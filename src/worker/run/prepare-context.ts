/**
 * What of a long thread the model is shown, by the assistant's context policy. The choice is stored with the step and is where the next one begins; a summary is made, and paid, twice when
 * the worker dies before that step is stored.
 */
import type { ShownContext } from '../../shared/domain/context-policy.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { CheckpointLog } from '../../shared/mongo/checkpoint-log.ts';
import type { CallModelDeps } from './call-model.ts';
import { capacityOf, chooseWindow } from './choose-window.ts';
import type { RunProgress } from './run-progress.ts';
import { summarize } from './summarize.ts';
import type { TokenCounter } from './token-counter.ts';

export interface PrepareContextDeps extends CallModelDeps {
  readonly log: Pick<CheckpointLog, 'newest'>;
  readonly loadTokenCounter: () => Promise<TokenCounter>;
}

export interface PreparedContext {
  readonly messages: readonly Message[];
  /** null: no policy decided. */
  readonly shown: ShownContext | null;
}

/** Among so many checkpoints before a run there is one of a model, unless the thread is written by hand. */
const LOOK_BACK = 8;

/** @throws LlmError when a summary cannot be made; the signal's reason when aborted. */
export async function prepareContext(
  deps: PrepareContextDeps,
  progress: RunProgress,
  model: string,
  signal: AbortSignal,
): Promise<PreparedContext> {
  const { context: messages, run } = progress;
  const policy = run.options.context_policy;
  if (!policy) return { messages, shown: null };
  const counter = await deps.loadTokenCounter();
  const last = await lastShown(deps.log, progress);
  const previous = Math.max(
    0,
    messages.findIndex((message) => message.id === last?.first_message_id),
  );
  const costs = messages.map((message) => (policy.type === 'last_messages' ? 1 : counter.ofMessage(message)));
  const instructions = policy.type === 'last_messages' ? 0 : counter.ofText(run.options.instructions);
  const start = chooseWindow(messages, costs, Math.max(1, capacityOf(policy) - instructions), previous);
  const summed = await summaryOf(start);
  const window = messages.slice(start);
  return {
    messages: summed.summary === null ? window : [summaryMessage(summed.summary, messages[0]), ...window],
    shown: {
      policy: policy.type,
      first_message_id: start === 0 ? null : (window[0]?.id ?? null),
      shown_messages: window.length,
      left_out_messages: start,
      estimated_tokens: window.reduce((sum, message) => sum + counter.ofMessage(message), instructions),
      ...summed,
    },
  };

  async function summaryOf(to: number): Promise<Pick<ShownContext, 'summary' | 'summary_usage'>> {
    if (policy?.type !== 'summary' || to === 0) return { summary: null, summary_usage: null };
    const known = previous > 0 ? (last?.summary ?? null) : null;
    if (known !== null && previous === to) return { summary: known, summary_usage: null };
    const left = messages.slice(known === null ? 0 : previous, to);
    const { summary, usage } = await summarize(
      deps,
      { policy, model, counter, earlier: known, messages: left },
      signal,
    );
    return { summary, summary_usage: usage };
  }
}

/** The window of the model call before this one: of this run, or of one that came before it on the thread. */
async function lastShown(
  log: PrepareContextDeps['log'],
  { run, steps, position }: RunProgress,
): Promise<ShownContext | null> {
  const own = steps.findLast(({ source }) => source === 'model');
  if (own) return own.metadata.context ?? null;
  const first = steps[0]?.version ?? (position.base?.version ?? 0) + 1;
  const before = await log.newest(run.project_id, run.thread_id, LOOK_BACK, first);
  return before.find(({ source }) => source === 'model')?.metadata.context ?? null;
}

/** As a user's message: what users and tools have said must not get the weight of instructions by being summed up. */
const summaryMessage = (summary: string, like: Message | undefined): Message => ({
  id: 'summary',
  role: 'user',
  content: `[Notes on the older part of this conversation, which is not shown]\n${summary}`,
  status: 'completed',
  run_id: null,
  created_at: like?.created_at ?? new Date(0).toISOString(),
});
