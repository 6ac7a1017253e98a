import { notImplemented, StoreError } from '../errors.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, getField, isDoc, setField } from '../values/document.ts';
import { compileFilter, type ExpressionCompiler, isOperatorDoc, isTrue } from './compile-filter.ts';
import { compilePositional } from './positional-index.ts';
import { sliceOf } from './slice.ts';

/** Makes the answer's document of a stored one; never changes the stored one. */
export type Projection = (doc: Doc) => Doc;

/** What happens to one field: kept or dropped, kept in part, or computed from the whole document. */
type Rule =
  | { kind: 'include' | 'exclude' }
  | { kind: 'nested'; rules: Map<string, Rule> }
  | { kind: 'value'; of: (value: unknown, doc: Doc) => unknown }
  | { kind: 'computed'; of: (doc: Doc) => unknown };

export interface ProjectionContext {
  /** In `find`, `$slice`, `$elemMatch` and `.$` are projections; in `$project` every operator is an expression. */
  mode: 'find' | 'aggregate';
  /** The filter of the query, for `.$`. */
  filter: Doc;
  expressions: ExpressionCompiler;
}

/** Compiles a projection; null when it changes nothing. Throws for a mix of inclusion and exclusion. */
export function compileProjection(spec: unknown, context: ProjectionContext): Projection | null {
  if (spec === undefined) return null;
  if (!isDoc(spec)) throw new StoreError(14, 'the projection must be a document');
  const builder = new ProjectionBuilder(context);
  for (const [path, value] of Object.entries(spec)) builder.add(path, value);
  return Object.keys(spec).length === 0 ? null : builder.build();
}

class ProjectionBuilder {
  readonly #context: ProjectionContext;
  readonly #rules = new Map<string, Rule>();
  #including: string | null = null;
  #excluding: string | null = null;
  #idRule: Rule | null = null;

  constructor(context: ProjectionContext) {
    this.#context = context;
  }

  add(path: string, value: unknown): void {
    if (path === '' || path.split('.').includes(''))
      throw new StoreError(2, 'FieldPath must not contain an empty field name');
    if (path.startsWith('$'))
      throw new StoreError(16410, `FieldPath field names may not start with '$'. Field: ${path}`);
    if (path.endsWith('.$')) {
      this.#addPositional(path.slice(0, -2));
      return;
    }
    if (isDoc(value) && !isOperatorDoc(value)) {
      if (Object.keys(value).length === 0) throw new StoreError(2, 'An empty sub-projection is not a valid value.');
      for (const [key, inner] of Object.entries(value)) this.add(`${path}.${key}`, inner);
      return;
    }
    this.#set(path, this.#rule(path, value));
  }

  #addPositional(path: string): void {
    if (this.#context.mode !== 'find') throw notImplemented('the positional operator in $project');
    const indexOf = compilePositional(this.#context.filter, path, this.#context.expressions);
    this.#including ??= path;
    this.#set(path, {
      kind: 'value',
      of: (value, doc) => (Array.isArray(value) ? [value[indexOf(doc)]] : value),
    });
  }

  #rule(path: string, value: unknown): Rule {
    if (typeof value === 'boolean' || isNumeric(value)) {
      const kind = isTrue(value) ? 'include' : 'exclude';
      if (path !== '_id' && kind === 'include') this.#including ??= path;
      if (path !== '_id' && kind === 'exclude') this.#excluding ??= path;
      return { kind };
    }
    if (this.#context.mode === 'find' && isOperatorDoc(value)) {
      if ('$slice' in value) return { kind: 'value', of: sliceOf(value.$slice) };
      if ('$elemMatch' in value) return this.#elemMatch(path, value.$elemMatch);
      if ('$meta' in value) throw notImplemented('$meta in a projection');
    }
    if (path !== '_id') this.#including ??= path;
    return { kind: 'computed', of: this.#context.expressions(value) };
  }

  #elemMatch(path: string, operand: unknown): Rule {
    if (path.includes('.')) throw new StoreError(2, 'Cannot use $elemMatch projection on a nested field.');
    if (this.#excluding === null) this.#including ??= path;
    const { test } = compileFilter({ element: { $elemMatch: operand } }, this.#context.expressions);
    return {
      kind: 'value',
      of: (value) => {
        if (!Array.isArray(value)) return undefined;
        const found = value.find((element) => test({ element: [element] }));
        return found === undefined ? undefined : [found];
      },
    };
  }

  #set(path: string, rule: Rule): void {
    if (path === '_id') {
      this.#idRule = rule;
      return;
    }
    const parts = path.split('.');
    const last = parts.pop() as string;
    let rules = this.#rules;
    for (const part of parts) {
      const existing = rules.get(part);
      if (existing !== undefined && existing.kind !== 'nested') throw collision(path);
      const nested = existing ?? { kind: 'nested', rules: new Map<string, Rule>() };
      rules.set(part, nested);
      rules = nested.rules;
    }
    if (rules.has(last)) throw collision(path);
    rules.set(last, rule);
  }

  build(): Projection {
    const { mode } = this.#context;
    if (this.#including !== null && this.#excluding !== null) {
      throw new StoreError(31254, `Cannot do exclusion on field ${this.#excluding} in inclusion projection`);
    }
    const idIncluded = this.#idRule?.kind === 'include' && this.#rules.size === 0;
    const inclusive = this.#including !== null || idIncluded || this.#idRule?.kind === 'computed';
    if (
      !inclusive &&
      this.#excluding === null &&
      this.#idRule === null &&
      this.#rules.size === 0 &&
      mode === 'aggregate'
    ) {
      throw new StoreError(40414, '$project specification must have at least one field');
    }
    if (this.#idRule !== null) this.#rules.set('_id', this.#idRule);
    else if (inclusive) this.#rules.set('_id', { kind: 'include' });
    const rules = this.#rules;
    return (doc) => apply(doc, rules, inclusive, doc);
  }
}

function collision(path: string): StoreError {
  return new StoreError(31249, `Path collision at ${path}`);
}

function apply(doc: Doc, rules: ReadonlyMap<string, Rule>, inclusive: boolean, root: Doc): Doc {
  const result: Doc = {};
  for (const key of Object.keys(doc)) {
    const value = applyRule(getField(doc, key), rules.get(key), inclusive, root);
    if (value !== undefined) setField(result, key, value);
  }
  for (const [key, rule] of rules) {
    const value = addedValue(rule, Object.hasOwn(doc, key), root);
    if (value !== undefined) setField(result, key, value);
  }
  return result;
}

function applyRule(value: unknown, rule: Rule | undefined, inclusive: boolean, root: Doc): unknown {
  if (rule === undefined) return inclusive ? undefined : value;
  switch (rule.kind) {
    case 'include':
      return value;
    case 'exclude':
    case 'computed':
      return undefined;
    case 'value':
      return rule.of(value, root);
    case 'nested':
      return applyNested(value, rule.rules, inclusive, root);
  }
}

function applyNested(value: unknown, rules: ReadonlyMap<string, Rule>, inclusive: boolean, root: Doc): unknown {
  if (isDoc(value)) return apply(value, rules, inclusive, root);
  if (!Array.isArray(value)) return inclusive ? undefined : value;
  const members = value.map((member) => applyNested(member, rules, inclusive, root));
  return members.filter((member) => member !== undefined);
}

/** Computed fields, which the document may not have, come after those it has. */
function addedValue(rule: Rule, present: boolean, root: Doc): unknown {
  if (rule.kind === 'computed') return rule.of(root);
  if (rule.kind !== 'nested' || present) return undefined;
  const added = apply({}, rule.rules, true, root);
  return Object.keys(added).length === 0 ? undefined : added;
}
