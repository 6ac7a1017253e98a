import { compileExpression } from '../aggregate/compile-expression.ts';
import { findRecords } from '../engine/find-records.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { type Command, findCollection, optionalDoc, wholeNumber } from './command.ts';

/** `count`, which `estimatedDocumentCount` sends; `countDocuments` is an aggregation. */
export const count: Command = {
  fields: ['count', 'query', 'limit', 'skip', 'hint'],
  run(body, context) {
    const collection = findCollection(body, 'count', context);
    const query = optionalDoc('count.query', body.query);
    const filter = compileFilter(query, (expression) => compileExpression(expression, context.now));
    const limit = wholeNumber('count.limit', body.limit, 0);
    const skip = wholeNumber('count.skip', body.skip, 0);
    if (collection === undefined) return { n: 0, ok: 1 };
    if (Object.keys(query).length === 0 && limit === 0 && skip === 0) return { n: collection.size, ok: 1 };
    return { n: findRecords(collection, { filter, sort: [], skip, limit, hint: body.hint }).length, ok: 1 };
  },
};
