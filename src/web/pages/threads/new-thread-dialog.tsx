import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { assistantsQuery } from '../../api/assistants.ts';
import { useThreadActions } from '../../api/threads.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { AssistantField } from './assistant-field.tsx';

export function NewThreadDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New thread"
      description="A conversation with one assistant. The name can be changed later."
    >
      <NewThreadForm onDone={onClose} />
    </Dialog>
  );
}

function NewThreadForm({ onDone }: { onDone: () => void }) {
  const assistants = useQuery(assistantsQuery);
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const { create } = useThreadActions();
  const assistantId = chosen || assistants.data?.[0]?.assistant_id || '';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // Enter may come before the list of assistants has.
    const [first] = assistants.data ?? (await client.ensureQueryData(assistantsQuery).catch(() => []));
    const answering = chosen || first?.assistant_id;
    if (answering === undefined) return;
    create.mutate(
      { name: name.trim(), assistantId: answering },
      {
        onSuccess: ({ thread_id: threadId }) => {
          onDone();
          void navigate({ to: '/threads/$threadId', params: { threadId } });
        },
      },
    );
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field label="Name" aside={`${name.length}/200`}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            maxLength={200}
            placeholder="What is it about?"
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <AssistantField value={assistantId} onChange={setChosen} />
      {create.isError && (
        <p role="alert" className="text-bad text-sm">
          {sentenceOf(create.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button
          variant="primary"
          type="submit"
          disabled={name.trim() === '' || assistants.data?.length === 0 || create.isPending}
        >
          {create.isPending ? 'Creating…' : 'Create thread'}
        </Button>
      </DialogActions>
    </form>
  );
}
