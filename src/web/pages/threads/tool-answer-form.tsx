import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Field, TextArea } from '../../ui/field.tsx';
import { useConversationScope } from './conversation-scope.ts';

/** For a tool that the client executes: here the client is the person. All calls that wait are answered together. */
export function ToolAnswerForm({ toolCallId, toolName }: { toolCallId: string; toolName: string }) {
  const { answerCall } = useConversationScope();
  const [output, setOutput] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    answerCall(toolCallId, output);
  };
  return (
    <form onSubmit={submit} className="border-border border-t bg-warn-soft/50 px-3.5 py-3">
      <Field label={`The assistant asks you for the result of ${toolName}`}>
        {(control) => (
          <TextArea
            {...control}
            required
            className="min-h-16 font-mono text-xs"
            value={output}
            onChange={(event) => setOutput(event.target.value)}
          />
        )}
      </Field>
      <div className="mt-2 flex justify-end">
        <Button type="submit" size="sm" variant="primary" disabled={output.trim() === ''}>
          Send result
        </Button>
      </div>
    </form>
  );
}
