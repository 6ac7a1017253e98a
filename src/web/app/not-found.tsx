import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/states.tsx';

export const NotFound = () => (
  <main id="content" tabIndex={-1} className="grid h-full place-items-center outline-none">
    <EmptyState
      icon={Compass}
      title="There is no such page"
      action={
        <Button asChild>
          <Link to="/threads">Go to your threads</Link>
        </Button>
      }
    >
      The address may be mistyped, or what it named was deleted.
    </EmptyState>
  </main>
);
