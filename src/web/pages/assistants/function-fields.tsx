import { Trash2 } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Field, Input, TextArea } from '../../ui/field.tsx';
import type { DraftErrors, FunctionDraft } from './assistant-draft.ts';

/** One function of the client: what the model is told about it. */
export function FunctionFields({
  draft,
  errors,
  onChange,
  onRemove,
}: {
  draft: FunctionDraft;
  errors: DraftErrors;
  onChange: (draft: FunctionDraft) => void;
  onRemove: () => void;
}) {
  const { key, name, description, parameters } = draft;
  return (
    <fieldset className="space-y-4 rounded-xl border border-border bg-raised p-4">
      <legend className="sr-only">Function {name}</legend>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <Field label="Function name" error={errors[`functions.${key}.name`]}>
            {(control) => (
              <Input
                {...control}
                maxLength={64}
                autoComplete="off"
                spellCheck={false}
                placeholder="lookup_customer"
                className="font-mono text-[0.8125rem]"
                value={name}
                onChange={({ target }) => onChange({ ...draft, name: target.value })}
              />
            )}
          </Field>
        </div>
        <Button
          variant="ghost"
          size="icon"
          className="mt-6.5"
          aria-label={`Remove function ${name}`.trim()}
          onClick={onRemove}
        >
          <Trash2 />
        </Button>
      </div>
      <Field label="What it does" hint="The model decides by this when to call it.">
        {(control) => (
          <Input
            {...control}
            maxLength={4096}
            autoComplete="off"
            value={description}
            onChange={({ target }) => onChange({ ...draft, description: target.value })}
          />
        )}
      </Field>
      <Field label="Parameters, as JSON Schema" error={errors[`functions.${key}.parameters`]}>
        {(control) => (
          <TextArea
            {...control}
            spellCheck={false}
            className="field-sizing-content max-h-80 min-h-28 font-mono text-xs"
            value={parameters}
            onChange={({ target }) => onChange({ ...draft, parameters: target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}
