import { Skeleton } from '../../ui/states.tsx';
import { MessagesSkeleton } from './messages-skeleton.tsx';

/** While the code of the conversation is on its way. */
export const ConversationSkeleton = () => (
  <div className="flex h-full flex-col">
    <div className="flex h-15 shrink-0 flex-col justify-center gap-1.5 border-border border-b px-4 sm:px-5">
      <Skeleton className="h-4 w-44" />
      <Skeleton className="h-3 w-24" />
    </div>
    <MessagesSkeleton />
  </div>
);
