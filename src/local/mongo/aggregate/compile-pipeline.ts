import { notImplemented, StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { compileProjection } from '../query/compile-projection.ts';
import { parseSort, sortDocuments } from '../query/sort-documents.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, firstKey, isDoc } from '../values/document.ts';
import { compileExpression } from './compile-expression.ts';
import { compileAddFields, compileReplaceRoot, compileUnset, type DocumentStage } from './document-stages.ts';
import { compileGroup } from './group-stage.ts';
import { compileUnwind } from './unwind-stage.ts';

/** One stage of a pipeline: lazy where it can be, so that a `$limit` stops what comes before it. */
export type Stage = (docs: Iterable<Doc>) => Iterable<Doc>;

/** What a collection can do itself, with its indexes, before the first stage runs. */
export interface PipelineHead {
  filter: Doc;
  sort: unknown;
  skip: number;
  limit: number;
}

export interface CompiledPipeline {
  head: PipelineHead;
  run(docs: Iterable<Doc>): Iterable<Doc>;
}

/** Compiles a pipeline; the leading `$match`, `$sort`, `$skip`, `$limit` become its head. Throws for unknown stages. */
export function compilePipeline(stages: unknown, now: Date): CompiledPipeline {
  if (!Array.isArray(stages)) throw new StoreError(14, "'pipeline' option must be specified as an array");
  const parsed = stages.map(parseStage);
  // Compiled before any is moved into the head, so that every stage is checked.
  const compiled = parsed.map(({ name, spec }) => compileStage(name, spec, now));
  const { head, taken } = takeHead(parsed);
  const rest = compiled.slice(taken);
  return { head, run: (docs) => rest.reduce<Iterable<Doc>>((input, stage) => stage(input), docs) };
}

interface ParsedStage {
  name: string;
  spec: unknown;
}

function parseStage(stage: unknown): ParsedStage {
  if (!isDoc(stage)) throw new StoreError(14, "Each element of the 'pipeline' array must be an object");
  const name = firstKey(stage);
  if (name === undefined || Object.keys(stage).length !== 1) {
    throw new StoreError(40324, 'A pipeline stage specification object must contain exactly one field.');
  }
  return { name, spec: stage[name] };
}

function takeHead(stages: readonly ParsedStage[]): { head: PipelineHead; taken: number } {
  const head: PipelineHead = { filter: {}, sort: undefined, skip: 0, limit: 0 };
  const filters: Doc[] = [];
  let taken = 0;
  for (const step of ['$match', '$sort', '$skip', '$limit'] as const) {
    for (let stage = stages[taken]; stage?.name === step; stage = stages[taken]) {
      if (step === '$match') filters.push(stage.spec as Doc);
      else if (step === '$sort') head.sort = stage.spec;
      else if (step === '$skip') head.skip = count(step, stage.spec);
      else head.limit = count(step, stage.spec);
      taken++;
      if (step !== '$match') break;
    }
  }
  const [only] = filters;
  head.filter = filters.length > 1 ? { $and: filters } : (only ?? {});
  return { head, taken };
}

const KNOWN_BUT_REFUSED = new Set(
  `$bucket $bucketAuto $collStats $currentOp $densify $documents $facet $fill $geoNear $graphLookup $indexStats
  $listLocalSessions $listSessions $lookup $merge $out $planCacheStats $redact $sample $search $searchMeta
  $setWindowFields $unionWith $vectorSearch`.split(/\s+/),
);

function compileStage(name: string, spec: unknown, now: Date): Stage {
  const expressions = (expression: unknown) => compileExpression(expression, now);
  switch (name) {
    case '$match': {
      const { test } = compileFilter(spec, expressions);
      return (docs) => filterDocs(docs, test);
    }
    case '$sort': {
      const sort = parseSort(spec);
      if (sort.length === 0) throw new StoreError(15975, '$sort stage must have at least one sort key');
      return (docs) => sortDocuments([...docs], sort, (doc) => doc);
    }
    case '$skip': {
      const skip = count(name, spec);
      return (docs) => skipDocs(docs, skip);
    }
    case '$limit': {
      const limit = count(name, spec);
      return (docs) => limitDocs(docs, limit);
    }
    case '$project':
      return each(requireProjection(compileProjection(spec, { mode: 'aggregate', filter: {}, expressions })));
    case '$set':
    case '$addFields':
      return each(compileAddFields(spec, now));
    case '$unset':
      return each(compileUnset(spec));
    case '$replaceRoot':
    case '$replaceWith':
      return each(compileReplaceRoot(name, spec, now));
    case '$group':
      return compileGroup(spec, now);
    case '$unwind':
      return compileUnwind(spec);
    case '$count':
      return countStage(spec);
    case '$sortByCount': {
      const group = compileGroup({ _id: spec, count: { $sum: 1 } }, now);
      return (docs) => sortDocuments([...group(docs)], [{ path: 'count', direction: -1 }], (doc) => doc);
    }
    default:
      if (name === '$changeStream') {
        throw new StoreError(40573, 'The $changeStream stage is only supported on replica sets');
      }
      if (KNOWN_BUT_REFUSED.has(name)) throw notImplemented(`the pipeline stage ${name}`);
      throw new StoreError(40324, `Unrecognized pipeline stage name: '${name}'`);
  }
}

function requireProjection(projection: DocumentStage | null): DocumentStage {
  if (projection === null) throw new StoreError(40414, '$project specification must have at least one field');
  return projection;
}

function countStage(spec: unknown): Stage {
  if (typeof spec !== 'string' || spec === '' || spec.startsWith('$') || spec.includes('.')) {
    throw new StoreError(2, 'the count field must be a non-empty string without $ and .');
  }
  return (docs) => {
    let total = 0;
    for (const _ of docs) total++;
    return total === 0 ? [] : [{ [spec]: total }];
  };
}

/** The operand of `$limit` (from 1) and `$skip` (from 0). */
function count(name: '$limit' | '$skip', spec: unknown): number {
  const number = isNumeric(spec) ? Number(spec.toString()) : Number.NaN;
  const least = name === '$limit' ? 1 : 0;
  if (!Number.isInteger(number) || number < least) {
    throw new StoreError(
      2,
      `invalid argument to ${name} stage: expected an integer from ${least}, found: ${String(spec)}`,
    );
  }
  return number;
}

function each(stage: DocumentStage): Stage {
  return (docs) => mapDocs(docs, stage);
}

function* mapDocs(docs: Iterable<Doc>, stage: DocumentStage): Generator<Doc> {
  for (const doc of docs) yield stage(doc);
}

function* filterDocs(docs: Iterable<Doc>, test: (doc: Doc) => boolean): Generator<Doc> {
  for (const doc of docs) if (test(doc)) yield doc;
}

function* skipDocs(docs: Iterable<Doc>, skip: number): Generator<Doc> {
  let seen = 0;
  for (const doc of docs) if (seen++ >= skip) yield doc;
}

function* limitDocs(docs: Iterable<Doc>, limit: number): Generator<Doc> {
  let seen = 0;
  for (const doc of docs) {
    yield doc;
    if (++seen >= limit) return;
  }
}
