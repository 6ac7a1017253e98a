import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { historyQuery } from '../../api/history.ts';
import { knowsVersions, versionsOfAnswer, versionsOfMessage } from '../../conversation/versions.ts';
import { Button } from '../../ui/button.tsx';
import { useConversationScope } from './conversation-scope.ts';

/** Leads to other versions of a question that was edited, or of an answer that was made anew; nothing when there is one. */
export function VersionPicker({ runId, messageId }: { runId: string; messageId?: string }) {
  const { threadId, showCheckpoint } = useConversationScope();
  const history = useInfiniteQuery(historyQuery(threadId));
  const checkpoints = useMemo(() => history.data?.pages.flatMap(({ items }) => items) ?? [], [history.data]);
  const { hasNextPage, isFetching, fetchNextPage } = history;
  useEffect(() => {
    // Many of these are on the page; the first one reads for all.
    if (hasNextPage && !isFetching && !knowsVersions(checkpoints, runId)) void fetchNextPage({ cancelRefetch: false });
  }, [hasNextPage, isFetching, fetchNextPage, checkpoints, runId]);
  const versions = useMemo(
    () => (messageId === undefined ? versionsOfAnswer(checkpoints, runId) : versionsOfMessage(checkpoints, messageId)),
    [checkpoints, messageId, runId],
  );
  const at = versions.findIndex((version) => version.runId === runId);
  if (versions.length < 2 || at < 0) return null;
  const go = (to: number) => {
    const version = versions[to];
    if (version) showCheckpoint(version.checkpointId);
  };
  return (
    <span className="inline-flex items-center text-faint text-xs">
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Earlier version"
        disabled={at === 0}
        onClick={() => go(at - 1)}
      >
        <ChevronLeft />
      </Button>
      <span className="tabular-nums">
        {at + 1} / {versions.length}
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Later version"
        disabled={at === versions.length - 1}
        onClick={() => go(at + 1)}
      >
        <ChevronRight />
      </Button>
    </span>
  );
}
