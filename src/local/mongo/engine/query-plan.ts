import type { Clause, CompiledFilter } from '../query/compile-filter.ts';
import { filterImplies, impliesExistence } from '../query/filter-implies.ts';
import type { SortSpec } from '../query/sort-documents.ts';
import { type IndexBounds, indexBounds } from './index-bounds.ts';
import { isIndexable } from './indexable.ts';
import type { KeyRange, OrderedIndex } from './ordered-index.ts';

/** How the candidates of a query are found. Every candidate is still tested against the whole filter. */
export type QueryPlan =
  | { kind: 'ids'; ids: readonly unknown[] }
  | { kind: 'index'; index: OrderedIndex; ranges: readonly KeyRange[]; reverse: boolean; sorted: boolean }
  | { kind: 'union'; plans: readonly QueryPlan[] }
  | { kind: 'scan' };

/** Chooses a plan. `sorted` in an index plan says that the candidates come in the order `sort` asks for. */
export function planQuery(filter: CompiledFilter, sort: SortSpec, indexes: readonly OrderedIndex[]): QueryPlan {
  const ids = idLookup(filter.clauses);
  if (ids !== null) return { kind: 'ids', ids };
  let best: { plan: QueryPlan; score: number } | null = null;
  for (const index of indexes) {
    const candidate = planIndex(index, filter.clauses, sort, false);
    if (candidate !== null && (best === null || candidate.score > best.score)) best = candidate;
  }
  if (best !== null && best.score > SORT_SCORE) return best.plan;
  return planUnion(filter, indexes) ?? best?.plan ?? { kind: 'scan' };
}

/** The plan when the client named the index; null when the index cannot answer the query at all. */
export function planHinted(index: OrderedIndex, filter: CompiledFilter, sort: SortSpec): QueryPlan | null {
  return planIndex(index, filter.clauses, sort, true)?.plan ?? null;
}

function idLookup(clauses: readonly Clause[]): readonly unknown[] | null {
  for (const { path, operator, operand } of clauses) {
    if (path !== '_id') continue;
    if (operator === '$eq' && isIndexable(operand)) return [operand];
    if (operator === '$in' && Array.isArray(operand) && operand.every(isIndexable)) return operand;
  }
  return null;
}

const EQUALITY_SCORE = 4;
const RANGE_SCORE = 2;
const SORT_SCORE = 3;
const UNIQUE_SCORE = 100;

function planIndex(
  index: OrderedIndex,
  clauses: readonly Clause[],
  sort: SortSpec,
  forced: boolean,
): { plan: QueryPlan; score: number } | null {
  if (!canAnswer(index, clauses)) return null;
  const bounds = indexBounds(index, clauses);
  const order = index.multikey ? null : orderServed(index, bounds, sort);
  if (bounds.equalityFields === 0 && !bounds.hasRange && order === null && !forced) return null;
  const wholeKey = index.spec.unique && bounds.equalityFields === index.fields.length;
  const score =
    bounds.equalityFields * EQUALITY_SCORE +
    (bounds.hasRange ? RANGE_SCORE : 0) +
    (order === null ? 0 : SORT_SCORE) +
    (wholeKey ? UNIQUE_SCORE : 0);
  const { ranges } = bounds;
  const reverse = order === 'backward';
  return {
    plan: { kind: 'index', index, ranges: reverse ? ranges.toReversed() : ranges, reverse, sorted: order !== null },
    score,
  };
}

/** A partial or sparse index lacks documents: it answers only queries that cannot match those. */
function canAnswer(index: OrderedIndex, clauses: readonly Clause[]): boolean {
  if (index.partial !== null && !filterImplies(clauses, index.partial)) return false;
  if (!index.spec.sparse) return true;
  return index.fields.some(({ path }) => clauses.some((clause) => clause.path === path && impliesExistence(clause)));
}

/** The direction in which a scan of the index gives the order asked for; null when it does not or none was asked for. */
function orderServed(index: OrderedIndex, bounds: IndexBounds, sort: SortSpec): 'forward' | 'backward' | null {
  const fixed = new Set(index.fields.slice(0, bounds.fixedFields).map(({ path }) => path));
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  if (sort.length === 0) return null;
  const given = index.fields.slice(bounds.fixedFields);
  let turn: 1 | -1 | null = null;
  for (const [i, { path, direction }] of wanted.entries()) {
    const field = given[i];
    if (field?.path !== path) return null;
    const relation = field.direction === direction ? 1 : -1;
    if (turn !== null && turn !== relation) return null;
    turn = relation;
  }
  return turn === -1 ? 'backward' : 'forward';
}

/** `$or`: each branch by an index of its own, when all have one. */
function planUnion(filter: CompiledFilter, indexes: readonly OrderedIndex[]): QueryPlan | null {
  for (const branches of filter.alternatives) {
    const plans: QueryPlan[] = [];
    for (const branch of branches) {
      const combined = {
        test: branch.test,
        clauses: [...filter.clauses, ...branch.clauses],
        alternatives: branch.alternatives,
      };
      plans.push(planQuery(combined, [], indexes));
    }
    if (plans.every(({ kind }) => kind !== 'scan')) return { kind: 'union', plans };
  }
  return null;
}
