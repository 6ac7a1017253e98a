import { useQuery } from '@tanstack/react-query';
import { sentenceOf } from '../../api/api-error.ts';
import { assistantsQuery } from '../../api/assistants.ts';
import { Field, Select } from '../../ui/field.tsx';

/** Which assistant answers, of all there are. */
export function AssistantField({ value, onChange }: { value: string; onChange: (assistantId: string) => void }) {
  const assistants = useQuery(assistantsQuery);
  const problem = assistants.isError
    ? sentenceOf(assistants.error)
    : assistants.data?.length === 0
      ? 'There is no assistant yet: create one on the page Assistants.'
      : undefined;
  return (
    <Field label="Assistant" error={problem}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {assistants.isPending && <option value={value}>Loading…</option>}
          {assistants.data?.map(({ assistant_id: id, name, model }) => (
            <option key={id} value={id}>
              {name} · {model}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
