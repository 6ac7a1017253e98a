import { compileExpression } from '../aggregate/compile-expression.ts';
import { compilePipeline } from '../aggregate/compile-pipeline.ts';
import { findRecords } from '../engine/find-records.ts';
import { notImplemented, StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { parseSort } from '../query/sort-documents.ts';
import { encodeStoredDocument } from '../values/codec.ts';
import type { Doc } from '../values/document.ts';
import { type Command, collectionName, flag, optionalDoc, wholeNumber } from './command.ts';
import { DEFAULT_FIRST_BATCH } from './find.ts';

/** `aggregate` on one collection; what the leading stages ask for comes from its indexes. */
export const aggregate: Command = {
  fields: ['aggregate', 'pipeline', 'cursor', 'hint', 'allowDiskUse', 'bypassDocumentValidation', 'explain'],
  run(body, { catalog, cursors, database, now }) {
    if (flag('aggregate.explain', body.explain, false)) throw notImplemented('explain');
    if (typeof body.aggregate !== 'string') throw notImplemented('an aggregation without a collection');
    if (body.cursor === undefined) {
      throw new StoreError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
    }
    const name = collectionName(body, 'aggregate');
    const { head, run } = compilePipeline(body.pipeline, now);
    const collection = catalog.get(database, name);
    const filter = compileFilter(head.filter, (expression) => compileExpression(expression, now));
    const { skip, limit } = head;
    const options = { filter, sort: parseSort(head.sort), skip, limit, hint: body.hint };
    const records = collection === undefined ? [] : findRecords(collection, options);
    const documents = run(records.map(({ version }) => version.doc));
    const { batchSize } = optionalDoc('aggregate.cursor', body.cursor);
    const size = wholeNumber('aggregate.cursor.batchSize', batchSize, DEFAULT_FIRST_BATCH);
    return { cursor: cursors.first(`${database}.${name}`, encodeAll(documents), size, false), ok: 1 };
  },
};

function* encodeAll(documents: Iterable<Doc>): Generator<Uint8Array> {
  for (const document of documents) yield encodeStoredDocument(document);
}
