import { Decimal128, Long } from 'bson';
import { evalExpr, ProcessingMode } from 'mingo/core';
import { notImplemented, StoreError } from '../errors.ts';
import { type Doc, isArrayIndex, isDoc } from '../values/document.ts';
import { checkUse, EXPRESSION_CONTEXT, isExpressionOperator, normalizeArguments } from './expression-operators.ts';
import { resolvePlainPath } from './plain-path.ts';

/** An aggregation expression, ready to be evaluated for a document; undefined means missing. */
export type Expression = (doc: Doc) => unknown;

const OPTIONS = {
  idKey: '_id',
  scriptEnabled: false,
  useStrictMode: true,
  failOnError: true,
  processingMode: ProcessingMode.CLONE_OFF,
  context: EXPRESSION_CONTEXT,
};

const SYSTEM_VARIABLES = new Set(['ROOT', 'CURRENT', 'REMOVE', 'NOW']);

/**
 * Checks an expression and binds `$$NOW` to the one time of the command. Throws InvalidPipelineOperator for an unknown
 * operator, NotImplemented for one of MongoDB's that this store does not evaluate.
 */
export function compileExpression(expression: unknown, now: Date): Expression {
  if (typeof expression === 'string' && /^\$[^$]/.test(expression)) {
    const parts = checkPath(expression.slice(1));
    return (doc) => resolvePlainPath(doc, parts);
  }
  const bound = bind(expression, now, new Set());
  if (!isDoc(bound) && !Array.isArray(bound) && typeof bound !== 'string') return () => bound;
  // A copy for each evaluation: results may be stored, and one literal must not become part of two documents.
  return (doc) => withoutMissing(evalExpr(toPlainNumbers(doc), bound, OPTIONS));
}

function checkPath(path: string): string[] {
  const parts = path.split('.');
  if (parts.includes(''))
    throw new StoreError(2, `FieldPath must not end with or contain an empty field name: '${path}'`);
  if (parts.some(isArrayIndex)) throw notImplemented(`the numeric path component in $${path}`);
  return parts;
}

function bind(expression: unknown, now: Date, variables: ReadonlySet<string>): unknown {
  if (typeof expression === 'string') return bindString(expression, now, variables);
  if (Array.isArray(expression)) return expression.map((member) => bind(member, now, variables));
  if (expression instanceof Decimal128 || expression instanceof Long) return plainNumber(expression);
  if (!isDoc(expression)) return expression;
  const entries = Object.entries(expression);
  const [operator] = entries.length === 1 ? (entries[0] as [string, unknown]) : [undefined];
  if (operator === '$literal') return toPlainNumbers(expression);
  for (const [key] of entries) if (key.startsWith('$')) checkOperator(key, entries.length);
  if (operator?.startsWith('$')) {
    checkUse(operator, expression[operator]);
    const operand = normalizeArguments(operator, expression[operator]);
    const inner = new Set([...variables, ...introduced(operator, expression)]);
    return { [operator]: bind(operand, now, inner) };
  }
  return Object.fromEntries(entries.map(([key, member]) => [key, bind(member, now, variables)]));
}

function bindString(text: string, now: Date, variables: ReadonlySet<string>): unknown {
  if (!text.startsWith('$')) return text;
  if (!text.startsWith('$$')) {
    checkPath(text.slice(1));
    return text;
  }
  const [name = '', ...rest] = text.slice(2).split('.');
  if (rest.length > 0) checkPath(rest.join('.'));
  if (name === 'NOW' && rest.length === 0) return now;
  if (!SYSTEM_VARIABLES.has(name) && !variables.has(name)) {
    if (['CLUSTER_TIME', 'SEARCH_META', 'USER_ROLES'].includes(name)) throw notImplemented(`the variable $$${name}`);
    throw new StoreError(2, `Use of undefined variable: ${name}`);
  }
  return text;
}

function checkOperator(name: string, siblings: number): void {
  if (siblings > 1) throw new StoreError(2, 'an object representing an expression must have exactly one field');
  if (isExpressionOperator(name)) return;
  if (/^\$[a-z][A-Za-z0-9]*$/.test(name) && MONGODB_HAS.has(name))
    throw notImplemented(`the expression operator ${name}`);
  throw new StoreError(168, `Unrecognized expression '${name}'`);
}

const MONGODB_HAS = new Set(
  `$accumulator $acos $acosh $addToSet $allElementsTrue $anyElementTrue $asin $asinh $atan $atan2 $atanh $binarySize $bitAnd
  $bitNot $bitOr $bitXor $bottom $bottomN $bsonSize $convert $cos $cosh $count $dateDiff $dateFromParts $dateFromString
  $dateAdd $dateSubtract $dateToParts $dateTrunc $dayOfMonth $dayOfWeek $dayOfYear $degreesToRadians $exp $firstN $function $getField $indexOfArray
  $hour $indexOfBytes $indexOfCP $isoDayOfWeek $isoWeek $isoWeekYear $lastN $ln $log $log10 $ltrim $maxN $median $meta
  $millisecond $minN $minute $month $percentile $pow $radiansToDegrees $rand $range $regexFind $regexFindAll $regexMatch $replaceAll
  $replaceOne $round $rtrim $sampleRate $second $setDifference $setEquals $setField $setIntersection $setIsSubset $setUnion $sin $sinh
  $sortArray $split $sqrt $stdDevPop $stdDevSamp $strLenBytes $strcasecmp $substr $substrBytes $substrCP $tan $tanh $toBool $toDate
  $toDecimal $toDouble $toHashedIndexKey $toInt $toLong $toObjectId $toUUID $trunc $tsIncrement $tsSecond $unsetField
  $week $year $zip`.split(/\s+/),
);

/** The variables an operator defines for the expressions inside it. */
function introduced(operator: string | undefined, expression: Doc): string[] {
  const spec = operator === undefined ? undefined : expression[operator];
  if (!isDoc(spec)) return [];
  if (operator === '$let' && isDoc(spec.vars)) return Object.keys(spec.vars);
  if (operator === '$map' || operator === '$filter') return [typeof spec.as === 'string' ? spec.as : 'this'];
  return operator === '$reduce' ? ['this', 'value'] : [];
}

/**
 * The document as mingo can calculate with it: an int64 becomes a JS number. What a JS number cannot hold (an int64
 * above 2^53, a Decimal128) is refused, not rounded. Without any of them it is the document itself.
 */
function toPlainNumbers(value: Doc): Doc {
  return plain(value) as Doc;
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const mapped = value.map(plain);
    return mapped.some((member, i) => member !== value[i]) ? mapped : value;
  }
  if (value instanceof Long || value instanceof Decimal128) return plainNumber(value);
  if (!isDoc(value)) return value;
  let copy: Doc | null = null;
  for (const [key, member] of Object.entries(value)) {
    const mapped = plain(member);
    if (mapped === member) continue;
    copy ??= { ...value };
    copy[key] = mapped;
  }
  return copy ?? value;
}

/** A BSON number as a JS number, null for anything else; refuses what a JS number cannot hold. */
export function toNumber(value: unknown): number | null {
  const number = value instanceof Long || value instanceof Decimal128 ? plainNumber(value) : value;
  return typeof number === 'number' ? number : null;
}

function plainNumber(value: Long | Decimal128): unknown {
  if (value instanceof Decimal128) throw notImplemented('a Decimal128 in an aggregation expression');
  if ((value as { _bsontype: string })._bsontype !== 'Long') return value;
  const number = value.toNumber();
  if (!Number.isSafeInteger(number)) throw notImplemented('an int64 beyond 2^53 in an aggregation expression');
  return number;
}

/** mingo writes undefined where MongoDB leaves a field out (in documents) or puts null (in arrays). */
function withoutMissing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => withoutMissing(member) ?? null);
  if (!isDoc(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([key, member]) => [key, withoutMissing(member)]));
}
