import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { createKey, keysQuery } from '../../api/keys.ts';
import type { KeyScope } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { CheckboxRow } from '../../ui/checkbox-row.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';

const SCOPES: readonly { readonly scope: KeyScope; readonly text: string }[] = [
  { scope: 'runs', text: 'Read and change threads, runs and assistants of the project' },
  { scope: 'read', text: 'Only read them' },
  { scope: 'ops', text: 'See and steer the queues, which all projects share' },
];

/** Makes a key and shows it, this once: it is gone with the window. */
export function NewKeyDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly KeyScope[]>(['runs']);
  const make = useMutation({
    // Nothing keeps the answer, which has the key.
    gcTime: 0,
    mutationFn: () => createKey(projectId, name.trim(), scopes),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery(projectId).queryKey }),
  });
  const ready = name.trim() !== '' && scopes.length > 0 && !make.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) make.mutate();
  };
  if (make.data) return <MadeKey name={make.data.name} secret={make.data.key ?? ''} onClose={onClose} />;
  return (
    <Dialog open onOpenChange={onClose} title="New key" description="For one program or person.">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" hint="Who will use it.">
          {(control) => (
            <Input
              {...control}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={200}
              autoComplete="off"
              placeholder="Web shop"
            />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1.5 font-medium text-[0.8125rem]">What it may do</legend>
          <ul className="divide-y divide-border rounded-lg border border-border">
            {SCOPES.map(({ scope, text }) => (
              <CheckboxRow
                key={scope}
                name={scope}
                text={text}
                on={scopes.includes(scope)}
                onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
              />
            ))}
          </ul>
        </fieldset>
        {make.error && (
          <p role="alert" className="text-bad text-sm">
            {sentenceOf(make.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Make key
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const MadeKey = ({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) => (
  <Dialog
    open
    sticky
    onOpenChange={onClose}
    title={`The key “${name}”`}
    description="Copy it now. It is not stored and cannot be shown again."
  >
    <div className="flex items-center gap-2 rounded-lg border border-border bg-code py-2 pr-2 pl-3">
      <code className="min-w-0 flex-1 break-all font-mono text-xs">{secret}</code>
      <CopyButton text={() => secret} label="Copy the key" />
    </div>
    <DialogActions>
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    </DialogActions>
  </Dialog>
);
