import { AssistantRuntimeProvider } from '@assistant-ui/react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, useMemo, useRef } from 'react';
import type { Thread } from '../../api/types.ts';
import { isBusy, visibleMessages } from '../../conversation/conversation-state.ts';
import { type Turn, toTurns } from '../../conversation/to-turns.ts';
import { SidePanel, useRoomBeside } from '../../ui/side-panel.tsx';
import { ErrorState, PageSkeleton } from '../../ui/states.tsx';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { ConversationNotices } from './conversation-notices.tsx';
import { ConversationContext, type ConversationScope } from './conversation-scope.ts';
import { EmptyConversation } from './empty-conversation.tsx';
import { LazyHistoryPanel, LazyRunPanel, preloadParts } from './lazy-parts.tsx';
import { MessageList } from './message-list.tsx';
import { MessagesSkeleton } from './messages-skeleton.tsx';
import { useCheckpointView } from './use-checkpoint-view.ts';
import { useContinueHere } from './use-continue-here.ts';
import { useConversation } from './use-conversation.ts';
import { useConversationRuntime } from './use-conversation-runtime.ts';
import { useToolAnswers } from './use-tool-answers.ts';

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

  const closePanel = useCallback(() => void navigate({ search: ({ panel: _, run: __, ...rest }) => rest }), [navigate]);
  const continueHere = useContinueHere(panel !== undefined, closePanel);
  const isCovered = !useRoomBeside() && panel !== undefined;
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
      continueHere,
    }),
    [threadId, state.live?.durations, state.live?.requiredCalls, busy, checkpoint, answerCall, navigate, continueHere],
  );
  useEffect(preloadParts, []);

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
          <main
            id="content"
            tabIndex={-1}
            inert={isCovered}
            className="flex h-full min-w-0 flex-1 flex-col outline-none"
          >
            <ConversationHeader thread={thread} panel={panel} />
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
            <SidePanel label="History" className={PANEL} onClose={closePanel}>
              <Suspense fallback={<PageSkeleton />}>
                <LazyHistoryPanel threadId={threadId} selected={checkpoint} busy={busy} onClose={closePanel} />
              </Suspense>
            </SidePanel>
          )}
          {panel === 'run' && run !== undefined && (
            <SidePanel label="Run" className={PANEL} onClose={closePanel}>
              <Suspense fallback={<PageSkeleton />}>
                <LazyRunPanel key={run} runId={run} onClose={closePanel} />
              </Suspense>
            </SidePanel>
          )}
        </div>
      </AssistantRuntimeProvider>
    </ConversationContext>
  );
}

const NONE = {};
const PANEL = 'lg:w-[26rem] xl:w-[28rem]';
