import { StoreError } from '../errors.ts';
import { type CompiledFilter, compileFilter, type ExpressionCompiler } from '../query/compile-filter.ts';
import { compilePositional, type PositionalIndex } from '../query/positional-index.ts';
import { type Doc, getField, isArrayIndex, isDoc } from '../values/document.ts';
import { applyAtPath, type Leaf, type OnMissing, REMOVED, type Segment } from './apply-at-path.ts';
import { addToSet, pop, pull, pullAll, push } from './array-operators.ts';
import { arithmetic, bit, currentDate, extreme } from './value-operators.ts';

export interface UpdateContext {
  /** The one time of the command. */
  now: Date;
  /** The filter of the query, for the positional operator. */
  filter: Doc;
  arrayFilters: readonly Doc[];
  expressions: ExpressionCompiler;
}

interface Modifier {
  path: string;
  segments: (Segment | PositionalIndex)[];
  /** Which segment is the positional `$`, or -1. */
  positionalAt: number;
  onMissing: OnMissing;
  onInsertOnly: boolean;
  leaf: Leaf;
  /** The other path of `$rename`. */
  renameTo: string[] | null;
}

const OPERATORS = new Set(
  '$set $setOnInsert $unset $inc $mul $min $max $currentDate $push $addToSet $pop $pull $pullAll $bit $rename'.split(
    ' ',
  ),
);

/**
 * Compiles `{ $set: …, $inc: … }`. The result makes a new document and shares what it does not touch with the old one.
 * Fields are applied in the order of their paths, as MongoDB does since 5.0.
 */
export function compileModifiers(update: Doc, context: UpdateContext): (doc: Doc, inserting: boolean) => Doc {
  const modifiers: Modifier[] = [];
  const filters = new ArrayFilters(context);
  for (const [operator, fields] of Object.entries(update)) {
    if (!OPERATORS.has(operator)) {
      throw new StoreError(
        9,
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDoc(fields)) {
      throw new StoreError(9, `Modifiers operate on fields but we found type ${typeof fields} instead: ${operator}`);
    }
    for (const [path, operand] of Object.entries(fields)) {
      modifiers.push(compileModifier(operator, path, operand, context, filters));
    }
  }
  filters.assertAllUsed();
  checkConflicts(modifiers);
  modifiers.sort((a, b) => comparePaths(a.path, b.path));
  return (doc, inserting) => {
    let next = doc;
    for (const modifier of modifiers) {
      if (!modifier.onInsertOnly || inserting) next = applyModifier(next, modifier, doc);
    }
    return next;
  };
}

function applyModifier(doc: Doc, modifier: Modifier, original: Doc): Doc {
  const { segments, positionalAt, leaf, onMissing, renameTo } = modifier;
  if (renameTo !== null) return rename(doc, segments as string[], renameTo);
  if (positionalAt === -1) return applyAtPath(doc, segments as Segment[], leaf, onMissing);
  const index = (segments[positionalAt] as PositionalIndex)(original);
  return applyAtPath(doc, (segments as Segment[]).with(positionalAt, String(index)), leaf, onMissing);
}

function compileModifier(
  operator: string,
  path: string,
  operand: unknown,
  context: UpdateContext,
  filters: ArrayFilters,
): Modifier {
  const parts = checkPath(path);
  const positionalAt = parts.indexOf('$');
  const segments = parts.map((part, i) => {
    if (part === '$') return compilePositional(context.filter, parts.slice(0, i).join('.'), context.expressions);
    return filters.segment(part);
  });
  if (parts.lastIndexOf('$') !== positionalAt) {
    throw new StoreError(2, `Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  if (positionalAt === 0 || typeof segments[0] !== 'string') {
    throw new StoreError(2, `Cannot have positional (i.e. '$') element in the first position in path '${path}'`);
  }
  return {
    path,
    segments,
    positionalAt,
    onMissing: ['$pop', '$pull', '$pullAll'].includes(operator) ? 'skip' : operator === '$unset' ? 'ignore' : 'create',
    onInsertOnly: operator === '$setOnInsert',
    leaf: compileLeaf(operator, path, operand, context),
    renameTo: operator === '$rename' ? renameTarget(path, operand) : null,
  };
}

function compileLeaf(operator: string, path: string, operand: unknown, context: UpdateContext): Leaf {
  switch (operator) {
    case '$set':
    case '$setOnInsert':
      return () => operand;
    case '$inc':
    case '$mul':
      return arithmetic(operator, path, operand);
    case '$min':
    case '$max':
      return extreme(operator, operand);
    case '$currentDate':
      return currentDate(path, operand, context.now);
    case '$push':
      return push(path, operand);
    case '$addToSet':
      return addToSet(path, operand);
    case '$pop':
      return pop(path, operand);
    case '$pull':
      return pull(operand, context.expressions);
    case '$pullAll':
      return pullAll(operand);
    case '$bit':
      return bit(path, operand);
    default:
      // $unset, and $rename, which takes the value away from its source.
      return () => REMOVED;
  }
}

function checkPath(path: string): string[] {
  if (path === '') throw new StoreError(56, 'An empty update path is not valid.');
  const parts = path.split('.');
  if (parts.includes('')) {
    throw new StoreError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  }
  for (const part of parts) {
    if (part.startsWith('$') && part !== '$' && !/^\$\[.*\]$/.test(part)) {
      throw new StoreError(
        52,
        `The dollar ($) prefixed field '${part}' in '${path}' is not allowed in the context of an update.`,
      );
    }
  }
  return parts;
}

function renameTarget(path: string, target: unknown): string[] {
  if (typeof target !== 'string') throw new StoreError(2, `The 'to' field for $rename must be a string: ${path}`);
  const parts = checkPath(target);
  if ([...parts, ...path.split('.')].some((part) => part.startsWith('$'))) {
    throw new StoreError(2, `The source and target field for $rename may not be dynamic: ${path}`);
  }
  if (target === path) throw new StoreError(2, `The source and target field for $rename must differ: ${path}`);
  return parts;
}

function rename(doc: Doc, from: readonly string[], to: readonly string[]): Doc {
  let value: unknown = doc;
  for (const part of from) {
    if (Array.isArray(value)) throw new StoreError(2, 'The source field for $rename cannot be an array element');
    if (value !== undefined && !isDoc(value))
      throw new StoreError(28, `cannot use the part '${part}' of ${from.join('.')} to traverse`);
    value = value === undefined ? undefined : getField(value, part);
  }
  if (value === undefined) return doc;
  let parent: unknown = doc;
  for (const part of to.slice(0, -1)) {
    parent = isDoc(parent) ? getField(parent, part) : undefined;
    if (Array.isArray(parent)) throw new StoreError(2, 'The destination field for $rename cannot be an array element');
  }
  const without = applyAtPath(doc, from, () => REMOVED, 'ignore');
  // Taken out first, so that a rename onto an existing field puts the value at the end as MongoDB does.
  const cleared = applyAtPath(without, to, () => REMOVED, 'ignore');
  return applyAtPath(cleared, to, () => value, 'create');
}

function checkConflicts(modifiers: readonly Modifier[]): void {
  const paths = modifiers.flatMap(({ path, renameTo }) => (renameTo === null ? [path] : [path, renameTo.join('.')]));
  const sorted = paths.map((path) => `${path}.`).sort();
  for (let i = 1; i < sorted.length; i++) {
    const previous = sorted[i - 1] as string;
    const path = sorted[i] as string;
    if (!path.startsWith(previous)) continue;
    throw new StoreError(
      40,
      `Updating the path '${path.slice(0, -1)}' would create a conflict at '${previous.slice(0, -1)}'`,
    );
  }
}

function comparePaths(a: string, b: string): number {
  const [x, y] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p, q] = [x[i] as string, y[i] as string];
    if (p === q) continue;
    if (isArrayIndex(p) && isArrayIndex(q)) return Number(p) - Number(q);
    return p < q ? -1 : 1;
  }
  return x.length - y.length;
}

/** The `arrayFilters` of a command by identifier, and which of them the update uses. */
class ArrayFilters {
  readonly #filters = new Map<string, CompiledFilter>();
  readonly #used = new Set<string>();

  constructor({ arrayFilters, expressions }: UpdateContext) {
    for (const filter of arrayFilters) {
      const names = new Set(identifiers(filter));
      const [name] = names;
      if (name === undefined || names.size !== 1) {
        throw new StoreError(9, 'Error parsing array filter: Expected a single top-level field name');
      }
      if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
        throw new StoreError(
          2,
          `Error parsing array filter: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
        );
      }
      if (this.#filters.has(name))
        throw new StoreError(9, `Found multiple array filters with the same top-level field name ${name}`);
      this.#filters.set(name, compileFilter(filter, expressions));
    }
  }

  segment(part: string): Segment {
    if (part === '$[]') return () => true;
    if (!part.startsWith('$[')) return part;
    const name = part.slice(2, -1);
    const filter = this.#filters.get(name);
    if (filter === undefined) throw new StoreError(2, `No array filter found for identifier '${name}'`);
    this.#used.add(name);
    return (element) => filter.test({ [name]: element });
  }

  assertAllUsed(): void {
    for (const name of this.#filters.keys()) {
      if (!this.#used.has(name)) {
        throw new StoreError(9, `The array filter for identifier '${name}' was not used in the update`);
      }
    }
  }
}

function identifiers(filter: Doc): string[] {
  return Object.entries(filter).flatMap(([key, operand]) => {
    if (!key.startsWith('$')) return [key.split('.')[0] as string];
    return Array.isArray(operand) ? operand.flatMap((branch) => (isDoc(branch) ? identifiers(branch) : [])) : [];
  });
}
