import { skipToken, useQuery } from '@tanstack/react-query';
import { stateQuery } from '../../api/history.ts';

/** The thread as it was at a checkpoint, when one was chosen. */
export function useCheckpointView(threadId: string, checkpointId: string | undefined) {
  const query = stateQuery(threadId, checkpointId ?? '');
  return useQuery(checkpointId === undefined ? { ...query, queryFn: skipToken } : query);
}
