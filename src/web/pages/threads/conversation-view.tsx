import { AssistantRuntimeProvider } from '@assistant-ui/react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react';
import type { Thread } from '../../api/types.ts';
import { isBusy, visibleMessages } from '../../conversation/conversation-state.ts';
import { type Turn, toTurns } from '../../conversation/to-turns.ts';
import { preloadMarkdown } from '../../markdown/markdown.tsx';
import { ErrorState, PageSkeleton } from '../../ui/states.tsx';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { ConversationNotices } from './conversation-notices.tsx';
import { EmptyConversation } from './empty-conversation.tsx';
import { MessageList } from './message-list.tsx';
import { MessagesSkeleton } from './messages-skeleton.tsx';
import { SidePanel } from './side-panel.tsx';
import { useCheckpointView } from './use-checkpoint-view.ts';
import { ConversationContext, type ConversationScope, useConversation } from './use-conversation.ts';
import { useConversationRuntime } from './use-conversation-runtime.ts';
import { useToolAnswers } from './use-tool-answers.ts';

const HistoryPanel = lazy(() => import('./history-panel.tsx').then(({ HistoryPanel }) => ({ default: HistoryPanel })));
const RunPanel = lazy(() => import('../runs/run-panel.tsx').then(({ RunPanel }) => ({ default: RunPanel })));

/** One thread: its messages, the composer, and beside them its history or a run. */
export function ConversationView({ threadId, thread }: { threadId: string; thread: Thread | null }) {
  const [conversation, state] = useConversation(threadId);
  const { panel, run, checkpoint } = useSearch({ from: '/threads/$threadId' });
  const navigate = useNavigate({ from: '/threads/$threadId' });
  const past = useCheckpointView(threadId, checkpoint);
  const busy = isBusy(state);

  const messages = useMemo(
    () => (checkpoint === undefined ? visibleMessages(state) : (past.data?.values.messages ?? [])),
    [checkpoint, past.data, state],
  );
  const turnsBefore = useRef<readonly Turn[]>([]);
  const turns = useMemo(() => toTurns(messages, turnsBefore.current), [messages]);
  useEffect(() => {
    turnsBefore.current = turns;
  }, [turns]);

  const answerCall = useToolAnswers(conversation, state.live);
  const showNewest = () => void navigate({ search: ({ checkpoint: _, ...rest }) => rest });
  const runtime = useConversationRuntime({
    threadId,
    conversation,
    state,
    messages,
    turns,
    checkpoint,
    onFork: showNewest,
  });
  const scope = useMemo<ConversationScope>(
    () => ({
      threadId,
      durations: state.live?.durations ?? NONE,
      waitingCalls: new Set(state.live?.requiredCalls.map(({ id }) => id)),
      busy: busy && checkpoint === undefined,
      answerCall,
      openRun: (runId) => void navigate({ search: (old) => ({ ...old, panel: 'run', run: runId }) }),
      showCheckpoint: (checkpointId) =>
        void navigate({
          search: ({ checkpoint: _, ...rest }) =>
            checkpointId === null ? rest : { ...rest, checkpoint: checkpointId },
        }),
    }),
    [threadId, state.live?.durations, state.live?.requiredCalls, busy, checkpoint, answerCall, navigate],
  );
  useEffect(preloadMarkdown, []);
  const closePanel = () => void navigate({ search: ({ panel: _, run: __, ...rest }) => rest });

  useEffect(() => {
    document.title = thread ? `${thread.name} · Skein` : 'Skein';
    return () => {
      document.title = 'Skein';
    };
  }, [thread]);

  const loading = state.phase === 'loading' || (checkpoint !== undefined && past.isPending);
  return (
    <ConversationContext value={scope}>
      <AssistantRuntimeProvider runtime={runtime}>
        <div className="flex h-full min-w-0">
          <main id="content" tabIndex={-1} className="flex h-full min-w-0 flex-1 flex-col outline-none">
            <ConversationHeader threadId={threadId} thread={thread} panel={panel} />
            {state.phase === 'failed' ? (
              <div className="grid flex-1 place-items-center">
                <ErrorState error={state.error} onRetry={conversation.reload} />
              </div>
            ) : loading ? (
              <MessagesSkeleton />
            ) : (
              <MessageList
                // Another state is another list: it opens at its end.
                key={checkpoint ?? 'newest'}
                older={
                  checkpoint !== undefined || state.older === null ? 'none' : state.loadingOlder ? 'loading' : 'more'
                }
                onOlder={conversation.loadOlder}
                empty={<EmptyConversation assistantId={thread?.assistant_id} />}
              />
            )}
            <ConversationNotices
              state={state}
              conversation={conversation}
              checkpoint={checkpoint}
              version={past.data?.checkpoint?.version}
              onNewest={showNewest}
            />
            <Composer state={state} conversation={conversation} fromPast={checkpoint !== undefined} />
          </main>
          {panel === 'history' && (
            <SidePanel label="History" onClose={closePanel}>
              <Suspense fallback={<PageSkeleton />}>
                <HistoryPanel threadId={threadId} selected={checkpoint} busy={busy} onClose={closePanel} />
              </Suspense>
            </SidePanel>
          )}
          {panel === 'run' && run !== undefined && (
            <SidePanel label="Run" onClose={closePanel}>
              <Suspense fallback={<PageSkeleton />}>
                <RunPanel key={run} runId={run} onClose={closePanel} />
              </Suspense>
            </SidePanel>
          )}
        </div>
      </AssistantRuntimeProvider>
    </ConversationContext>
  );
}

const NONE = {};
