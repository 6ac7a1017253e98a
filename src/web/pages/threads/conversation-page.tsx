import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { threadQuery } from '../../api/threads.ts';
import { ConversationView } from './conversation-view.tsx';
import { ThreadGone } from './thread-gone.tsx';

export function ConversationPage() {
  const { threadId } = useParams({ from: '/threads/$threadId' });
  const thread = useQuery({ ...threadQuery(threadId), refetchInterval: ({ state }) => (state.error ? false : 10_000) });
  if (thread.error) return <ThreadGone error={thread.error} onRetry={() => void thread.refetch()} />;
  // A conversation of its own for each thread: nothing of one is ever seen in another.
  return <ConversationView key={threadId} threadId={threadId} thread={thread.data ?? null} />;
}
