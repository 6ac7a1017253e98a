import { MessagesSquare, Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { LazyNewThreadDialog } from './lazy-parts.tsx';

export function NoThread() {
  const [creating, setCreating] = useState(false);
  return (
    <main id="content" tabIndex={-1} className="grid h-full place-items-center outline-none">
      <EmptyState
        icon={MessagesSquare}
        title="No thread is open"
        action={
          <Button variant="primary" onClick={() => setCreating(true)}>
            <Plus /> New thread
          </Button>
        }
      >
        Choose one from the list, or start a new conversation with an assistant.
      </EmptyState>
      {creating && (
        <Suspense>
          <LazyNewThreadDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </main>
  );
}
