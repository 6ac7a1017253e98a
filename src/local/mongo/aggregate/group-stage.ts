import { notImplemented, StoreError } from '../errors.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { type Doc, firstKey, isDoc } from '../values/document.ts';
import { compileExpression, type Expression, toNumber } from './compile-expression.ts';

/** Collects one field of one group; undefined stands for missing. */
interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

/** Compiles `$group`; groups come in the order in which their first document came. */
export function compileGroup(spec: unknown, now: Date): (docs: Iterable<Doc>) => Iterable<Doc> {
  if (!isDoc(spec)) throw new StoreError(2, "a group's fields must be specified in an object");
  if (!('_id' in spec)) throw new StoreError(2, 'a group specification must include an _id');
  const id = compileExpression(spec._id, now);
  const fields = Object.entries(spec).filter(([name]) => name !== '_id');
  const compiled = fields.map(([name, value]) => ({ name, ...compileAccumulator(name, value, now) }));
  return (docs) => {
    const groups = new Map<string, { _id: unknown; accumulators: Accumulator[] }>();
    for (const doc of docs) {
      const _id = id(doc) ?? null;
      const key = canonicalKey(_id);
      let group = groups.get(key);
      if (group === undefined) {
        group = { _id, accumulators: compiled.map(({ create }) => create()) };
        groups.set(key, group);
      }
      for (let i = 0; i < compiled.length; i++) group.accumulators[i]?.add(compiled[i]?.expression(doc));
    }
    return Array.from(groups.values(), ({ _id, accumulators }) => ({
      _id,
      ...Object.fromEntries(accumulators.map((accumulator, i) => [compiled[i]?.name, accumulator.result()])),
    }));
  };
}

function compileAccumulator(
  name: string,
  spec: unknown,
  now: Date,
): { expression: Expression; create: () => Accumulator } {
  if (name.includes('.')) throw new StoreError(2, `The field name '${name}' cannot contain '.'`);
  const operator = isDoc(spec) ? firstKey(spec) : undefined;
  if (!isDoc(spec) || operator === undefined || Object.keys(spec).length !== 1) {
    throw new StoreError(2, `The field '${name}' must be an accumulator object`);
  }
  const create = ACCUMULATORS[operator];
  if (create === undefined) {
    if (KNOWN_BUT_REFUSED.has(operator)) throw notImplemented(`the accumulator ${operator}`);
    throw new StoreError(168, `unknown group operator '${operator}'`);
  }
  return { expression: compileExpression(operator === '$count' ? 1 : spec[operator], now), create };
}

const KNOWN_BUT_REFUSED = new Set(
  '$accumulator $bottom $bottomN $firstN $lastN $maxN $median $minN $percentile $stdDevPop $stdDevSamp $top $topN'.split(
    ' ',
  ),
);

const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: sum,
  $count: sum,
  $avg: average,
  $max: () => extreme(1),
  $min: () => extreme(-1),
  $first: () => keep((_, value, seen) => (seen ? undefined : { value })),
  $last: () => keep((_, value) => ({ value })),
  $push: () => collect((values) => values),
  $addToSet: () => collect((values) => [...new Map(values.map((value) => [canonicalKey(value), value])).values()]),
  $mergeObjects: mergeObjects,
};

function sum(): Accumulator {
  let total = 0;
  return {
    add(value) {
      total += toNumber(value) ?? 0;
    },
    result: () => total,
  };
}

function average(): Accumulator {
  let total = 0;
  let count = 0;
  return {
    add(value) {
      const number = toNumber(value);
      if (number === null) return;
      total += number;
      count++;
    },
    result: () => (count === 0 ? null : total / count),
  };
}

function extreme(sign: 1 | -1): Accumulator {
  return keep((best, value, seen) => {
    if (value === null || value === undefined) return undefined;
    return !seen || best === null || compareValues(value, best) * sign > 0 ? { value } : undefined;
  });
}

function keep(choose: (kept: unknown, value: unknown, seen: boolean) => { value: unknown } | undefined): Accumulator {
  let kept: unknown = null;
  let seen = false;
  return {
    add(value) {
      const chosen = choose(kept, value, seen);
      if (chosen === undefined) return;
      kept = chosen.value;
      seen = true;
    },
    result: () => kept ?? null,
  };
}

function collect(finish: (values: unknown[]) => unknown[]): Accumulator {
  const values: unknown[] = [];
  return {
    add(value) {
      if (value !== undefined) values.push(value);
    },
    result: () => finish(values),
  };
}

function mergeObjects(): Accumulator {
  let merged: Doc = {};
  return {
    add(value) {
      if (value === null || value === undefined) return;
      if (!isDoc(value)) throw new StoreError(2, '$mergeObjects requires object inputs');
      merged = { ...merged, ...value };
    },
    result: () => merged,
  };
}
