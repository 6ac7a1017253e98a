import type { Message, Run } from '../api/types.ts';
import type { LiveRun } from './live-run.ts';
import type { PendingSend } from './pending-send.ts';

/** All that a conversation shows. */
export interface ConversationState {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  /** Stored messages, oldest first: the end of the thread, as far back as was asked for. */
  readonly messages: readonly Message[];
  /** Where the messages in front of these are; null when these reach the beginning. */
  readonly older: string | null;
  readonly loadingOlder: boolean;
  /** The run that is being watched, and what it was given. */
  readonly live: LiveRun | null;
  readonly liveRun: Run | null;
  /** Runs that wait behind it, in order. */
  readonly queue: readonly Run[];
  /** The newest run that has ended: how it went. */
  readonly lastRun: Run | null;
  readonly connection: 'open' | 'lost';
  readonly pending: PendingSend | null;
  /** The last thing that did not work and is worth a line, such as a cancel. */
  readonly notice: string | null;
}

export const INITIAL_CONVERSATION: ConversationState = {
  phase: 'loading',
  error: null,
  messages: [],
  older: null,
  loadingOlder: false,
  live: null,
  liveRun: null,
  queue: [],
  lastRun: null,
  connection: 'open',
  pending: null,
  notice: null,
};

/** Is an answer on its way? */
export const isBusy = (state: ConversationState): boolean =>
  (state.live !== null && !state.live.ended) || (state.pending !== null && state.pending.error === null);

/**
 * The messages to show: what is stored, then what the watched run was given and has written so far, then what is being sent. A message that is in
 * several of these appears once.
 */
export function visibleMessages(state: ConversationState): readonly Message[] {
  const { messages, live, liveRun, pending } = state;
  const stored = new Set(messages.map(({ id }) => id));
  const shown = [...messages];
  if (live && liveRun && !messages.some(({ run_id, role }) => run_id === live.runId && role === 'user'))
    for (const [index, input] of liveRun.input.entries())
      if (!(input.id !== undefined && stored.has(input.id)))
        shown.push({
          role: input.role,
          content: input.content,
          id: input.id ?? `${live.runId}-input-${index}`,
          status: 'completed',
          run_id: live.runId,
          created_at: liveRun.created_at,
        });
  const asked: Message[] =
    pending && pending.text !== null && !shown.some(({ id }) => id === pending.id)
      ? [
          {
            id: pending.id,
            role: 'user',
            content: pending.text,
            status: 'completed',
            run_id: null,
            created_at: pending.createdAt,
          },
        ]
      : [];
  // What could not be sent comes last; what was sent comes before its answer.
  if (!pending?.error) shown.push(...asked);
  for (const { message } of live?.messages ?? []) if (!stored.has(message.id)) shown.push(message);
  if (pending?.error) shown.push(...asked);
  return shown;
}

/** Until a fork's first step is stored, the thread still ends with what the fork leaves behind. */
export function cutAtFork(messages: readonly Message[], { pending, live }: ConversationState): readonly Message[] {
  if (!pending || pending.checkpointId === null) return messages;
  if (live && messages.some(({ run_id }) => run_id === live.runId)) return messages;
  return messages.slice(0, messages.findIndex(({ id }) => id === pending.keepUntil) + 1);
}
