import { Decimal128, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import type { Doc } from '../../../../src/local/mongo/values/document.ts';

/** Values of few different kinds and sizes, so that equal ones and near misses are common. */
export const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, -0, 2 ** 31, 1e20, Number.NaN, Number.POSITIVE_INFINITY),
  fc.constantFrom('', 'a', 'ab', 'b', '\uffff', '\u{1f600}'),
  fc.constantFrom(null, true, false),
  fc.constantFrom(new Date(0), new Date(1), new ObjectId('6562f0c2a7b9d4f1e8c3b2a1')),
  fc.constantFrom(Long.fromNumber(1), Long.fromString('9007199254740993'), Decimal128.fromString('0.5')),
);

export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y'), scalar, { maxKeys: 2 }).map((doc) => ({ ...doc })) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({ x: scalar }, { requiredKeys: [] }).map((doc) => ({ ...doc })),
      { maxLength: 2 },
    ),
  },
);

/** Documents with fields a, b and c, some of them missing. */
export const document: fc.Arbitrary<Doc> = fc
  .record({ a: value, b: value, c: value }, { requiredKeys: [] })
  .map((doc) => ({ ...doc }));
