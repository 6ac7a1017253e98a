import { compileExpression } from '../aggregate/compile-expression.ts';
import type { Collection } from '../engine/collection.ts';
import { findRecords } from '../engine/find-records.ts';
import { StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { parseSort } from '../query/sort-documents.ts';
import { compileUpdate } from '../update/compile-update.ts';
import { upsertDocument } from '../update/upsert-seed.ts';
import type { Doc } from '../values/document.ts';
import { type Command, checkCollation, collectionName, docList, flag, optionalDoc } from './command.ts';
import { checkStatement, runBatch } from './write-batch.ts';

const STATEMENT_FIELDS = ['q', 'u', 'c', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'sort'];

interface Outcome {
  matched: number;
  modified: number;
  upsertedId?: unknown;
}

/** `update`, one document or many, with upsert. A collection appears only when an upsert inserts into it. */
export const update: Command = {
  fields: ['update', 'updates', 'ordered', 'bypassDocumentValidation'],
  async run(body, { catalog, database, journal, now }) {
    const name = collectionName(body, 'update');
    let [n, nModified] = [0, 0];
    const upserted: Doc[] = [];
    const statements = docList('update.updates', body.updates);
    const errors = runBatch(statements, flag('update.ordered', body.ordered, true), (statement, index) => {
      const outcome = updateOne(statement, catalog.get(database, name), () => catalog.getOrCreate(database, name), now);
      n += outcome.matched;
      nModified += outcome.modified;
      if ('upsertedId' in outcome) upserted.push({ index, _id: outcome.upsertedId });
    });
    await journal.committed();
    return { n: n + upserted.length, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...errors, ok: 1 };
  },
};

function updateOne(statement: Doc, existing: Collection | undefined, create: () => Collection, now: Date): Outcome {
  checkStatement('update.updates', statement, STATEMENT_FIELDS);
  checkCollation(statement.collation);
  const query = optionalDoc('update.updates.q', statement.q);
  const multi = flag('update.updates.multi', statement.multi, false);
  const expressions = (expression: unknown) => compileExpression(expression, now);
  const filter = compileFilter(query, expressions);
  const arrayFilters = statement.arrayFilters === undefined ? [] : docList('arrayFilters', statement.arrayFilters);
  const change = compileUpdate(statement.u, { now, filter: query, arrayFilters, expressions });
  const sort = parseSort(statement.sort);
  if (multi && change.kind === 'replacement') {
    throw new StoreError(9, 'multi update is not supported for replacement-style update');
  }
  if (multi && sort.length > 0) throw new StoreError(9, 'Cannot specify sort with multi=true');
  const options = { filter, sort, skip: 0, limit: multi ? 0 : 1, hint: statement.hint };
  const records = existing === undefined ? [] : findRecords(existing, options);
  let modified = 0;
  for (const record of records) if (existing?.replace(record, change.apply(record.version.doc))) modified++;
  if (records.length > 0 || !flag('update.updates.upsert', statement.upsert, false))
    return { matched: records.length, modified };
  const { version } = create().insert(upsertDocument(filter, change));
  return { matched: 0, modified: 0, upsertedId: version.doc._id };
}
