import { Skeleton } from '../../ui/states.tsx';

export const MessagesSkeleton = () => (
  <div role="status" aria-label="Loading messages" className="min-h-0 flex-1 overflow-hidden px-4 py-6 sm:px-6">
    <div className="mx-auto max-w-3xl space-y-8">
      {['w-1/2', 'w-2/5', 'w-3/5'].map((width) => (
        <div key={width} className="space-y-6">
          <Skeleton className={`ml-auto h-11 rounded-2xl ${width}`} />
          <div className="space-y-2.5">
            <Skeleton className="h-4 w-full" />
            <Skeleton className="h-4 w-11/12" />
            <Skeleton className="h-4 w-2/3" />
          </div>
        </div>
      ))}
    </div>
  </div>
);
