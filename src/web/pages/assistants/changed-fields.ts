import type { Assistant } from '../../api/types.ts';

/** The parts of an assistant that its versions differ in. */
export type Behaviour = Pick<Assistant, 'name' | 'model' | 'instructions' | 'temperature' | 'tools' | 'limits'>;
type FieldName = keyof Behaviour;

const FIELDS: readonly { readonly name: FieldName; readonly label: string }[] = [
  { name: 'name', label: 'Name' },
  { name: 'model', label: 'Model' },
  { name: 'instructions', label: 'Instructions' },
  { name: 'temperature', label: 'Temperature' },
  { name: 'tools', label: 'Tools' },
  { name: 'limits', label: 'Limits' },
];

export interface Change {
  readonly name: FieldName;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** What differs, in words a person reads; empty when nothing does. */
export function changedFields(before: Behaviour, after: Behaviour): readonly Change[] {
  return FIELDS.map(({ name, label }) => ({
    name,
    label,
    before: showField(before, name),
    after: showField(after, name),
  })).filter((change) => change.before !== change.after);
}

function showField(of: Behaviour, name: FieldName): string {
  switch (name) {
    case 'name':
    case 'model':
    case 'instructions':
      return of[name];
    case 'temperature':
      return of.temperature === null ? 'The model’s own' : String(of.temperature);
    case 'tools':
      return of.tools
        .map((tool) => (tool.type === 'builtin' ? tool.name : `${tool.function.name} ${JSON.stringify(tool.function)}`))
        .join('\n');
    case 'limits':
      return Object.entries(of.limits)
        .map(([limit, value]) => `${limit}: ${value ?? 'no limit'}`)
        .sort()
        .join('\n');
    default:
      return name satisfies never;
  }
}
