import fc from 'fast-check';
import { Query, update } from 'mingo';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../../src/local/mongo/query/compile-filter.ts';
import { compileModifiers } from '../../../../src/local/mongo/update/compile-modifiers.ts';
import type { Doc } from '../../../../src/local/mongo/values/document.ts';

/**
 * mingo is a second implementation of the same semantics. Where it is exact (numbers but -0, text, documents, flat
 * arrays without repetition, operands of the right type) both must agree; where it is not, the conformance suite on a real engine decides.
 */
const number = fc.integer({ min: -5, max: 5 });
const text = fc.constantFrom('a', 'b', 'ab', '');
const plain = fc.oneof(number, text);
const documents = fc
  .record(
    {
      n: number,
      t: text,
      list: fc.uniqueArray(number, { maxLength: 4 }),
      sub: fc.record({ n: number, t: text }).map((doc) => ({ ...doc })),
    },
    { requiredKeys: [] },
  )
  .map((doc): Doc => structuredClone({ ...doc }));
const expressions = () => () => true;

function fields(paths: readonly string[], operand: fc.Arbitrary<unknown>): fc.Arbitrary<Doc> {
  return fc
    .uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 2, selector: (path) => path.split('.')[0] })
    .chain((chosen) =>
      fc
        .tuple(...chosen.map((path) => operand.map((value) => [path, value] as const)))
        .map((entries) => Object.fromEntries(entries)),
    );
}

const NUMBERS = ['n', 'sub.n', 'new', 'sub.new', 'deep.new.n'];
const modifier: fc.Arbitrary<Doc> = fc.oneof(
  fields(['n', 't', 'list', 'sub', 'new', 'deep.new'], fc.oneof(plain, fc.array(number, { maxLength: 2 }))).map(
    ($set) => ({ $set }),
  ),
  fields(['n', 't', 'sub.n', 'sub', 'none', 'sub.none'], fc.constant('')).map(($unset) => ({ $unset })),
  fields(NUMBERS, number).map(($inc) => ({ $inc })),
  fields(NUMBERS, fc.integer({ min: 1, max: 5 })).map(($mul) => ({ $mul })),
  fields(NUMBERS, number).map(($max) => ({ $max })),
  fields(NUMBERS, number).map(($min) => ({ $min })),
  fields(['list', 'new'], number).map(($push) => ({ $push })),
  fields(
    ['list', 'new'],
    fc.array(number, { maxLength: 3 }).map(($each) => ({ $each })),
  ).map(($push) => ({ $push })),
  fields(
    ['list', 'new'],
    fc.record({ $each: fc.array(number, { maxLength: 3 }), $position: fc.nat(3) }).map((doc) => ({ ...doc })),
  ).map(($push) => ({ $push })),
  fields(
    ['list', 'new'],
    fc
      .record({
        $each: fc.array(number, { maxLength: 3 }),
        $sort: fc.constantFrom(1, -1),
        $slice: fc.constantFrom(1, 2, -1, -2),
      })
      .map((doc) => ({ ...doc })),
  )
    .filter(($push) => !('new' in $push))
    .map(($push) => ({ $push })),
  fields(['list', 'new'], number).map(($addToSet) => ({ $addToSet })),
  fields(['list', 'none'], fc.constantFrom(1, -1)).map(($pop) => ({ $pop })),
  fields(
    ['list', 'none'],
    fc.oneof(
      number,
      number.map(($gt) => ({ $gt })),
    ),
  ).map(($pull) => ({ $pull })),
  fields(['list', 'none'], fc.array(number, { maxLength: 2 })).map(($pullAll) => ({ $pullAll })),
);

const condition = fc.oneof(
  plain,
  fc
    .tuple(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), plain)
    .map(([operator, operand]) => ({ [operator]: operand })),
  fc.array(plain, { minLength: 1, maxLength: 3 }).map((members) => ({ $in: members })),
  fc.array(plain, { minLength: 1, maxLength: 3 }).map((members) => ({ $nin: members })),
  fc.boolean().map(($exists) => ({ $exists })),
  fc.nat(3).map(($size) => ({ $size })),
  number.map(($gt) => ({ $elemMatch: { $gt, $lt: $gt + 3 } })),
  number.map(($gt) => ({ $not: { $gt } })),
);
const paths = fc.constantFrom('n', 't', 'list', 'list.1', 'sub', 'sub.n', 'sub.t', 'none');
const simple: fc.Arbitrary<Doc> = fc
  .array(fc.tuple(paths, condition), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries));
const filters: fc.Arbitrary<Doc> = fc.oneof(
  simple,
  fc.tuple(simple, simple).map(([a, b]) => ({ $or: [a, b] })),
  fc.tuple(simple, simple).map(([a, b]) => ({ $nor: [a, b] })),
  fc.tuple(simple, simple).map(([a, b]) => ({ $and: [a, b] })),
);

describe('the store and mingo agree', () => {
  it('on the result of updates', () => {
    fc.assert(
      fc.property(documents, modifier, (doc, change) => {
        // mingo sorts and cuts only a list that is there already.
        fc.pre('list' in doc || !JSON.stringify(change).includes('$sort'));
        const expected = structuredClone(doc);
        update(expected, change, [], {}, { cloneMode: 'deep' });
        const before = structuredClone(doc);
        const apply = compileModifiers(change, { now: new Date(0), filter: {}, arrayFilters: [], expressions });
        expect(apply(doc, false)).toEqual(expected);
        expect(doc).toEqual(before);
      }),
      { numRuns: 4000 },
    );
  });

  it('on which documents a filter matches', () => {
    fc.assert(
      fc.property(documents, filters, (doc, filter) => {
        expect(compileFilter(filter, expressions).test(doc)).toBe(new Query(filter).test(doc));
      }),
      { numRuns: 6000 },
    );
  });
});
