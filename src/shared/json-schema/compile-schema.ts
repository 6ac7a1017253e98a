import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { JsonObject } from '../domain/json.ts';

/** What is wrong with a value, one sentence for each place, at most `MAX_ERRORS`; empty when it fits. */
export type CheckValue = (value: unknown) => readonly string[];

const MAX_ERRORS = 10;
const MAX_CHARACTERS = 65_536;
const KEPT = 200;

/** The schema cannot be used; the message says why and quotes nothing but the schema itself. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/**
 * Makes a check of a JSON Schema (draft 2020-12) that a client gave. Nothing is fetched: a reference to another document is refused. Patterns run in linear time (RE2), whatever they are, and
 * a schema is bounded in size, so neither it nor a value can hold the process up. Unknown keywords and formats are ignored, as the standard says.
 * @throws SchemaError
 */
export function compileSchema(schema: JsonObject): CheckValue {
  if (JSON.stringify(schema).length > MAX_CHARACTERS)
    throw new SchemaError(`A schema may have ${MAX_CHARACTERS.toLocaleString('en')} characters.`);
  const { $id: _, $schema: __, ...anonymous } = schema;
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: false,
    allErrors: false,
    logger: false,
    code: { regExp: linearRegExp },
  });
  try {
    const validate = ajv.compile(anonymous);
    return (value) => (validate(value) ? [] : (validate.errors ?? []).slice(0, MAX_ERRORS).map(toSentence));
  } catch (error) {
    throw new SchemaError(error instanceof Error ? error.message.slice(0, KEPT) : 'not a JSON Schema', {
      cause: error,
    });
  }
}

const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // The library tells patterns apart by this text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearRegExp' },
) as NonNullable<NonNullable<ConstructorParameters<typeof Ajv2020>[0]>['code']>['regExp'] & object;

const toSentence = ({ instancePath, message = 'does not fit', params }: ErrorObject): string => {
  const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues).slice(0, KEPT)}` : '';
  const extra = 'additionalProperty' in params ? `: ${String(params.additionalProperty).slice(0, KEPT)}` : '';
  return `${instancePath === '' ? '/' : instancePath} ${message}${allowed}${extra}`;
};
