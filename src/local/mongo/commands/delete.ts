import { compileExpression } from '../aggregate/compile-expression.ts';
import { findRecords } from '../engine/find-records.ts';
import { StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { type Command, checkCollation, docList, findCollection, flag, optionalDoc, wholeNumber } from './command.ts';
import { checkStatement, runBatch } from './write-batch.ts';

/** `delete`, with limit 1 for one document and 0 for all that match. */
export const remove: Command = {
  fields: ['delete', 'deletes', 'ordered'],
  async run(body, context) {
    const collection = findCollection(body, 'delete', context);
    let n = 0;
    const statements = docList('delete.deletes', body.deletes);
    const errors = runBatch(statements, flag('delete.ordered', body.ordered, true), (statement) => {
      checkStatement('delete.deletes', statement, ['q', 'limit', 'collation', 'hint']);
      checkCollation(statement.collation);
      const limit = wholeNumber('delete.deletes.limit', statement.limit, 0);
      if (limit > 1) throw new StoreError(9, 'The limit field in delete objects must be 0 or 1.');
      const filter = compileFilter(optionalDoc('delete.deletes.q', statement.q), (expression) =>
        compileExpression(expression, context.now),
      );
      if (collection === undefined) return;
      const records = findRecords(collection, { filter, sort: [], skip: 0, limit, hint: statement.hint });
      for (const record of records) collection.remove(record);
      n += records.length;
    });
    await context.journal.committed();
    return { n, ...errors, ok: 1 };
  },
};
