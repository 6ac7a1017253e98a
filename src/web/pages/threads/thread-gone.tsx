import { Link } from '@tanstack/react-router';
import { FileX2 } from 'lucide-react';
import { ApiError } from '../../api/api-error.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';

/** A thread that cannot be shown: it does not exist (any more), or the server does not answer. */
export const ThreadGone = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => (
  <main id="content" tabIndex={-1} className="grid h-full place-items-center outline-none">
    {error instanceof ApiError && error.status === 404 ? (
      <EmptyState
        icon={FileX2}
        title="This thread does not exist"
        action={
          <Button asChild>
            <Link to="/threads">All threads</Link>
          </Button>
        }
      >
        It was deleted, or the address is wrong.
      </EmptyState>
    ) : (
      <ErrorState error={error} onRetry={onRetry} />
    )}
  </main>
);
