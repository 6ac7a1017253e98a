import type { components } from '../../api/schema.gen.d.ts';
import type { Assistant } from '../../api/types.ts';

type Schemas = components['schemas'];
export type Tool = Schemas['Tool'];
export type AssistantInput = Schemas['AssistantInput'];
type BuiltinName = Extract<Tool, { type: 'builtin' }>['name'];
type FunctionTool = Extract<Tool, { type: 'function' }>;

export const BUILTINS: readonly { readonly name: BuiltinName; readonly text: string }[] = [
  { name: 'calculator', text: 'Works out sums, so that the model need not guess them.' },
  { name: 'current_time', text: 'Tells the date and time, in any time zone.' },
];

/** The limits in the order they are shown. `scale`: how many of the API's units one of the shown units is. */
export const LIMITS = [
  { name: 'max_steps', label: 'Model calls', hint: '1 to 200', min: 1, max: 200, scale: 1, optional: false },
  { name: 'max_tool_calls', label: 'Tool calls', hint: '0 to 1,000', min: 0, max: 1000, scale: 1, optional: false },
  {
    name: 'max_duration_ms',
    label: 'Time, seconds',
    hint: '1 to 3,600',
    min: 1,
    max: 3600,
    scale: 1000,
    optional: false,
  },
  {
    name: 'max_total_tokens',
    label: 'Tokens',
    hint: 'Empty: no limit',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    scale: 1,
    optional: true,
  },
  {
    name: 'max_context_messages',
    label: 'Messages shown to the model',
    hint: 'The newest ones, up to 10,000',
    min: 1,
    max: 10_000,
    scale: 1,
    optional: false,
  },
] as const;
export type LimitName = (typeof LIMITS)[number]['name'];

/** What the server gives an assistant that says nothing about limits. */
const DEFAULT_LIMITS: Assistant['limits'] = {
  max_steps: 25,
  max_tool_calls: 64,
  max_duration_ms: 600_000,
  max_total_tokens: null,
  max_context_messages: 1000,
};

/** A tool of the client, as it is being typed. */
export interface FunctionDraft {
  /** Tells one from the others on the page. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** JSON Schema; empty means none. */
  readonly parameters: string;
}

/** An assistant as it is being typed: texts, as fields hold them. */
export interface AssistantDraft {
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly temperature: string;
  readonly builtins: readonly BuiltinName[];
  readonly functions: readonly FunctionDraft[];
  readonly limits: Readonly<Record<LimitName, string>>;
}

export const NEW_DRAFT: AssistantDraft = {
  name: '',
  model: 'default',
  instructions: '',
  temperature: '',
  builtins: ['calculator', 'current_time'],
  functions: [],
  limits: limitsToTexts(DEFAULT_LIMITS),
};

export function toDraft(assistant: Assistant): AssistantDraft {
  const { name, model, instructions, temperature, tools, limits } = assistant;
  return {
    name,
    model,
    instructions,
    temperature: temperature === null ? '' : String(temperature),
    builtins: tools.flatMap((tool) => (tool.type === 'builtin' ? [tool.name] : [])),
    functions: tools
      .filter((tool): tool is FunctionTool => tool.type === 'function')
      .map(({ function: own }, index) => ({
        key: `${index} ${own.name}`,
        name: own.name,
        description: own.description ?? '',
        parameters: own.parameters === undefined ? '' : JSON.stringify(own.parameters, null, 2),
      })),
    limits: limitsToTexts(limits),
  };
}

function limitsToTexts(limits: Assistant['limits']): Record<LimitName, string> {
  const text = ({ name, scale }: (typeof LIMITS)[number]): string => {
    const value = limits[name];
    return value === null ? '' : String(value / scale);
  };
  return Object.fromEntries(LIMITS.map((limit) => [limit.name, text(limit)])) as Record<LimitName, string>;
}

/** What is wrong, by field: `name`, `limits.max_steps`, `functions.<key>.parameters` …; empty when it can be saved. */
export type DraftErrors = Readonly<Record<string, string>>;

export function checkDraft(draft: AssistantDraft): DraftErrors {
  const errors: Record<string, string> = {};
  if (draft.name.trim() === '') errors.name = 'It needs a name.';
  if (draft.model.trim() === '') errors.model = 'Use “default” for the model the server is set up with.';
  const temperature = Number(draft.temperature);
  if (draft.temperature.trim() !== '' && !(temperature >= 0 && temperature <= 2))
    errors.temperature = 'A number from 0 to 2.';
  for (const { name, min, max, scale, optional } of LIMITS) {
    const text = draft.limits[name].trim();
    const value = Number(text);
    if (text === '' ? !optional : !(Number.isInteger(value * scale) && value >= min && value <= max))
      errors[`limits.${name}`] =
        max < Number.MAX_SAFE_INTEGER
          ? `A number from ${min} to ${max.toLocaleString('en')}.`
          : 'A whole number from 1.';
  }
  const taken = new Set<string>(draft.builtins);
  for (const { key, name, parameters } of draft.functions) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) errors[`functions.${key}.name`] = 'Letters, digits, _ and -, up to 64.';
    else if (taken.has(name)) errors[`functions.${key}.name`] = 'Another tool has this name.';
    taken.add(name);
    if (parameters.trim() !== '' && !isJsonObject(parameters))
      errors[`functions.${key}.parameters`] = 'This is not a JSON object.';
  }
  return errors;
}

/** What the API is given. The draft must have passed `checkDraft`. */
export function toInput(
  draft: AssistantDraft,
): Required<Omit<AssistantInput, 'metadata' | 'response_format' | 'context_policy'>> {
  const value = ({ name, scale }: (typeof LIMITS)[number]): number | null => {
    const text = draft.limits[name].trim();
    return text === '' ? null : Math.round(Number(text) * scale);
  };
  return {
    name: draft.name.trim(),
    model: draft.model.trim(),
    instructions: draft.instructions,
    temperature: draft.temperature.trim() === '' ? null : Number(draft.temperature),
    tools: [
      ...draft.builtins.map((name) => ({ type: 'builtin' as const, name })),
      ...draft.functions.map(({ name, description, parameters }) => ({
        type: 'function' as const,
        function: {
          name,
          ...(description.trim() === '' ? {} : { description }),
          ...(parameters.trim() === '' ? {} : { parameters: JSON.parse(parameters) }),
        },
      })),
    ],
    limits: Object.fromEntries(LIMITS.map((limit) => [limit.name, value(limit)])) as Assistant['limits'],
  };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
