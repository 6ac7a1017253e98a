import { Field, Input } from '../../ui/field.tsx';
import { type DraftErrors, LIMITS, type LimitName } from './assistant-draft.ts';

export const LimitFields = ({
  limits,
  errors,
  onChange,
}: {
  limits: Readonly<Record<LimitName, string>>;
  errors: DraftErrors;
  onChange: (limits: Record<LimitName, string>) => void;
}) => (
  <div className="grid gap-4 sm:grid-cols-2">
    {LIMITS.map(({ name, label, hint }) => (
      <Field key={name} label={label} hint={hint} error={errors[`limits.${name}`]}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            autoComplete="off"
            className="tabular-nums"
            value={limits[name]}
            onChange={({ target }) => onChange({ ...limits, [name]: target.value })}
          />
        )}
      </Field>
    ))}
  </div>
);
