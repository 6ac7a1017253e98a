import { compileExpression } from '../aggregate/compile-expression.ts';
import { findRecords } from '../engine/find-records.ts';
import type { Version } from '../engine/stored-record.ts';
import { notImplemented } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { compileProjection, type Projection } from '../query/compile-projection.ts';
import { parseSort } from '../query/sort-documents.ts';
import { encodeDocument } from '../values/codec.ts';
import { type Command, collectionName, flag, optionalDoc, wholeNumber } from './command.ts';

/** MongoDB's size of a first batch nobody asked a size for. */
export const DEFAULT_FIRST_BATCH = 101;

/** `find`. The answer shows one moment, however many batches it takes. */
export const find: Command = {
  fields: [
    ...['find', 'filter', 'sort', 'projection', 'hint', 'skip', 'limit', 'batchSize', 'singleBatch'],
    ...['allowDiskUse', 'allowPartialResults', 'noCursorTimeout', 'tailable', 'awaitData', 'oplogReplay'],
    ...['returnKey', 'showRecordId', 'min', 'max'],
  ],
  run(body, { catalog, cursors, database, now }) {
    for (const option of ['tailable', 'awaitData', 'oplogReplay', 'returnKey', 'showRecordId']) {
      if (flag(`find.${option}`, body[option], false)) throw notImplemented(`the find option ${option}`);
    }
    if (body.min !== undefined || body.max !== undefined) throw notImplemented('the find options min and max');
    const name = collectionName(body, 'find');
    const query = optionalDoc('find.filter', body.filter);
    const expressions = (expression: unknown) => compileExpression(expression, now);
    const filter = compileFilter(query, expressions);
    const projection = compileProjection(body.projection, { mode: 'find', filter: query, expressions });
    const sort = parseSort(body.sort);
    const limit = wholeNumber('find.limit', body.limit, 0);
    const skip = wholeNumber('find.skip', body.skip, 0);
    const batchSize = wholeNumber('find.batchSize', body.batchSize, DEFAULT_FIRST_BATCH);
    const collection = catalog.get(database, name);
    const options = { filter, sort, skip, limit, hint: body.hint };
    const records = collection === undefined ? [] : findRecords(collection, options);
    const documents = encodeVersions(
      records.map(({ version }) => version),
      projection,
    );
    const single = flag('find.singleBatch', body.singleBatch, false);
    return { cursor: cursors.first(`${database}.${name}`, documents, batchSize, single), ok: 1 };
  },
};

function encodeVersions(versions: readonly Version[], projection: Projection | null): Iterable<Uint8Array> {
  if (projection === null) return versions.map(({ bytes }) => bytes);
  return projected(versions, projection);
}

function* projected(versions: readonly Version[], projection: Projection): Generator<Uint8Array> {
  for (const { doc } of versions) yield encodeDocument(projection(doc));
}
