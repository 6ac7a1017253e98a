import { ArrowLeft } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { useAssistantActions } from './assistant-actions.ts';
import { NEW_DRAFT } from './assistant-draft.ts';
import { AssistantForm } from './assistant-form.tsx';

/** An assistant that does not exist yet. @param onDone with the id of the one that was made, or null when nothing was */
export function NewAssistant({ onDone }: { onDone: (assistantId: string | null) => void }) {
  const { create } = useAssistantActions();
  return (
    <div className="flex h-full flex-col">
      <header className="flex shrink-0 items-center gap-2 border-border border-b px-4 py-3 sm:px-8 sm:py-5">
        <Button
          variant="ghost"
          size="icon"
          aria-label="Back to the list"
          className="-ml-2 md:hidden"
          onClick={() => onDone(null)}
        >
          <ArrowLeft />
        </Button>
        <div>
          <h2 className="font-semibold text-lg tracking-tight">New assistant</h2>
          <p className="text-faint text-xs">A model, instructions and tools under one name.</p>
        </div>
      </header>
      <AssistantForm
        initial={NEW_DRAFT}
        isNew
        saveLabel="Create assistant"
        busy={create.isPending}
        error={create.error}
        onSave={(body) => create.mutate(body, { onSuccess: ({ assistant_id }) => onDone(assistant_id) })}
        onCancel={() => onDone(null)}
      />
    </div>
  );
}
