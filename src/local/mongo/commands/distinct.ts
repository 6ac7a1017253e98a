import { compileExpression } from '../aggregate/compile-expression.ts';
import { findRecords } from '../engine/find-records.ts';
import { StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { someAtPath } from '../query/path.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { type Command, findCollection, optionalDoc } from './command.ts';

/** `distinct`: the different values of a path, array elements one by one, documents without it left out. */
export const distinct: Command = {
  fields: ['distinct', 'key', 'query', 'hint'],
  run(body, context) {
    const { key } = body;
    if (typeof key !== 'string' || key === '') throw new StoreError(14, "BSON field 'distinct.key' must be a string");
    const filter = compileFilter(optionalDoc('distinct.query', body.query), (expression) =>
      compileExpression(expression, context.now),
    );
    const collection = findCollection(body, 'distinct', context);
    const options = { filter, sort: [], skip: 0, limit: 0, hint: body.hint };
    const parts = key.split('.');
    const values = new Map<string, unknown>();
    for (const { version } of collection === undefined ? [] : findRecords(collection, options)) {
      someAtPath(version.doc, parts, false, (value) => {
        for (const member of Array.isArray(value) ? value : [value]) {
          if (member !== undefined) values.set(canonicalKey(member), member);
        }
        return false;
      });
    }
    return { values: [...values.values()].sort(compareValues), ok: 1 };
  },
};
