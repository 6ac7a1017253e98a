import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Bot, Plus } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { EmptyState } from '../../ui/states.tsx';
import { AssistantDetail } from './assistant-detail.tsx';
import { AssistantList } from './assistant-list.tsx';
import { readAssistantsSearch } from './assistants-search.ts';
import { NewAssistant } from './new-assistant.tsx';

/** The list, and beside it the assistant that is open. At phone width one of the two. */
export function AssistantsPage() {
  const { assistant, view } = readAssistantsSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const open = (next: string | null) =>
    void navigate({ to: '/assistants', search: next === null ? {} : { assistant: next } });
  return (
    <div className="flex h-full">
      <aside
        aria-label="Assistants"
        className={cn(
          'h-full w-full shrink-0 border-border border-r bg-surface md:w-72 lg:w-80',
          assistant !== undefined && 'hidden md:block',
        )}
      >
        <AssistantList chosen={assistant ?? null} />
      </aside>
      <main
        id="content"
        tabIndex={-1}
        className={cn('h-full min-w-0 flex-1 outline-none', assistant === undefined && 'hidden md:block')}
      >
        {assistant === undefined ? (
          <div className="grid h-full place-items-center">
            <EmptyState
              icon={Bot}
              title="Choose an assistant"
              action={
                <Button asChild>
                  <Link to="/assistants" search={{ assistant: 'new' }}>
                    <Plus /> New assistant
                  </Link>
                </Button>
              }
            >
              It gives threads their model, instructions and tools. Runs keep the version they were accepted with.
            </EmptyState>
          </div>
        ) : assistant === 'new' ? (
          <NewAssistant onDone={open} />
        ) : (
          <AssistantDetail
            key={assistant}
            assistantId={assistant}
            view={view ?? 'settings'}
            onClose={() => open(null)}
          />
        )}
      </main>
    </div>
  );
}
