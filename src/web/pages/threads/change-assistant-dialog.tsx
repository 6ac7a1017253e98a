import { type FormEvent, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { AssistantField } from './assistant-field.tsx';

/** Gives a thread to another assistant, for what is asked from now on. */
export function ChangeAssistantDialog({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const [chosen, setChosen] = useState(thread.assistant_id);
  const { change } = useThreadActions();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ threadId: thread.thread_id, body: { assistant_id: chosen } }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Change assistant"
      description="It answers from the next message on, and reads all that is in the thread. Messages that wait in line keep the assistant they were sent to."
    >
      <form onSubmit={submit} className="space-y-4">
        <AssistantField value={chosen} onChange={setChosen} />
        {change.isError && (
          <p role="alert" className="text-bad text-sm">
            {sentenceOf(change.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" disabled={chosen === thread.assistant_id || change.isPending}>
            {change.isPending ? 'Changing…' : 'Change assistant'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
