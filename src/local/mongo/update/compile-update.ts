import { compileAddFields, compileReplaceRoot, compileUnset } from '../aggregate/document-stages.ts';
import { notImplemented, StoreError } from '../errors.ts';
import { compileProjection } from '../query/compile-projection.ts';
import { compareValues } from '../values/compare.ts';
import { type Doc, firstKey, getField, isDoc } from '../values/document.ts';
import { compileModifiers, type UpdateContext } from './compile-modifiers.ts';

/** An update, compiled once for a command. */
export interface CompiledUpdate {
  kind: 'modifiers' | 'replacement' | 'pipeline';
  /** The new document; the old one is not changed. Throws ImmutableField when the `_id` would change. */
  apply(doc: Doc): Doc;
  /** As `apply`, for the seed of an upsert: `$setOnInsert` counts, and an `_id` may be set where there is none. */
  applyToSeed(seed: Doc): Doc;
}

/** Compiles operators, a replacement document or a pipeline. */
export function compileUpdate(update: unknown, context: UpdateContext): CompiledUpdate {
  const { kind, change } = compileChange(update, context);
  return {
    kind,
    apply: (doc) => keepId(doc, change(doc, false)),
    applyToSeed: (seed) => ('_id' in seed ? keepId(seed, change(seed, true)) : change(seed, true)),
  };
}

type Change = (doc: Doc, inserting: boolean) => Doc;

function compileChange(update: unknown, context: UpdateContext): { kind: CompiledUpdate['kind']; change: Change } {
  if (Array.isArray(update)) {
    if (context.arrayFilters.length > 0) {
      throw new StoreError(9, 'arrayFilters may not be specified for pipeline-syle updates');
    }
    return { kind: 'pipeline', change: compilePipeline(update, context) };
  }
  if (!isDoc(update)) throw new StoreError(9, 'Update argument must be either an object or an array');
  const first = firstKey(update);
  if (first?.startsWith('$')) return { kind: 'modifiers', change: compileModifiers(update, context) };
  const dollar = Object.keys(update).find((key) => key.startsWith('$'));
  if (dollar !== undefined) {
    throw new StoreError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  return { kind: 'replacement', change: (doc) => replacement(doc, update) };
}

/** A replacement without `_id` keeps the old one, in front. */
function replacement(doc: Doc, update: Doc): Doc {
  const id = getField(update, '_id') ?? getField(doc, '_id');
  if (id === undefined) return update;
  const { _id, ...rest } = update;
  return { _id: id, ...rest };
}

function compilePipeline(stages: readonly unknown[], { now, filter, expressions }: UpdateContext): Change {
  const steps = stages.map((stage) => {
    const [name, ...others] = isDoc(stage) ? Object.keys(stage) : [];
    if (!isDoc(stage) || name === undefined || others.length > 0) {
      throw new StoreError(9, 'A pipeline stage specification object must contain exactly one field.');
    }
    const spec = stage[name];
    switch (name) {
      case '$set':
      case '$addFields':
        return compileAddFields(spec, now);
      case '$unset':
        return compileUnset(spec);
      case '$project':
        return compileProjection(spec, { mode: 'aggregate', filter, expressions }) ?? ((doc: Doc) => doc);
      case '$replaceRoot':
      case '$replaceWith':
        return compileReplaceRoot(name, spec, now);
      default:
        throw name.startsWith('$') &&
          ['$match', '$group', '$sort', '$limit', '$skip', '$lookup', '$unwind'].includes(name)
          ? new StoreError(72, `${name} is not allowed to be used within an update`)
          : notImplemented(`the update pipeline stage ${name}`);
    }
  });
  return (doc) => {
    let next = doc;
    for (const step of steps) next = step(next);
    // A pipeline may drop or move the _id; the document keeps the one it has.
    const id = getField(doc, '_id');
    if (id === undefined || getField(next, '_id') !== undefined) return next;
    return { _id: id, ...next };
  };
}

function keepId(before: Doc, after: Doc): Doc {
  const [old, now] = [getField(before, '_id'), getField(after, '_id')];
  if (old === now || (now !== undefined && compareValues(old, now) === 0)) return after;
  throw new StoreError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
}
