import { Braces, Plus } from 'lucide-react';
import { randomId } from '../../api/random-id.ts';
import { Button } from '../../ui/button.tsx';
import { CheckboxRow } from '../../ui/checkbox-row.tsx';
import { type AssistantDraft, BUILTINS, type DraftErrors } from './assistant-draft.ts';
import { FunctionFields } from './function-fields.tsx';

/** The tools of the server, to switch on, and those that the client executes, to describe. */
export function ToolFields({
  draft,
  errors,
  onChange,
}: {
  draft: AssistantDraft;
  errors: DraftErrors;
  onChange: (change: Partial<AssistantDraft>) => void;
}) {
  const { builtins, functions } = draft;
  const add = () =>
    onChange({ functions: [...functions, { key: randomId(), name: '', description: '', parameters: NEW_PARAMETERS }] });
  return (
    <>
      <ul className="divide-y divide-border rounded-xl border border-border bg-raised">
        {BUILTINS.map(({ name, text }) => (
          <CheckboxRow
            key={name}
            name={name}
            text={text}
            on={builtins.includes(name)}
            onChange={(on) =>
              onChange({
                builtins: BUILTINS.map((tool) => tool.name).filter((tool) =>
                  tool === name ? on : builtins.includes(tool),
                ),
              })
            }
          />
        ))}
      </ul>
      {functions.map((own) => (
        <FunctionFields
          key={own.key}
          draft={own}
          errors={errors}
          onChange={(changed) =>
            onChange({ functions: functions.map((other) => (other.key === own.key ? changed : other)) })
          }
          onRemove={() => onChange({ functions: functions.filter(({ key }) => key !== own.key) })}
        />
      ))}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button size="sm" onClick={add}>
          <Plus /> Add a function
        </Button>
        <p className="flex items-center gap-1.5 text-faint text-xs">
          <Braces className="size-3.5 shrink-0" aria-hidden /> Executed by your own client: the run waits for its
          output.
        </p>
      </div>
    </>
  );
}

const NEW_PARAMETERS = JSON.stringify(
  { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
  null,
  2,
);
