import { compileExpression } from '../aggregate/compile-expression.ts';
import type { Collection } from '../engine/collection.ts';
import { findRecords } from '../engine/find-records.ts';
import type { StoredRecord, Version } from '../engine/stored-record.ts';
import { StoreError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { compileProjection, type Projection } from '../query/compile-projection.ts';
import { parseSort } from '../query/sort-documents.ts';
import { compileUpdate } from '../update/compile-update.ts';
import { upsertDocument } from '../update/upsert-seed.ts';
import { encodeDocument } from '../values/codec.ts';
import type { Doc } from '../values/document.ts';
import { RawDocument } from '../wire/raw-documents.ts';
import { type Command, type CommandContext, collectionName, docList, flag, optionalDoc } from './command.ts';

/** `findAndModify`: finds one document and changes or removes it in one step; the answer has it before or after. */
export const findAndModify: Command = {
  fields: [
    ...['findAndModify', 'findandmodify', 'query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert'],
    ...['arrayFilters', 'hint', 'bypassDocumentValidation'],
  ],
  async run(body, context) {
    const answer = modifyOne(body, context);
    await context.journal.committed();
    return answer;
  },
};

function modifyOne(body: Doc, context: CommandContext): Doc {
  const { catalog, database, now } = context;
  const name = collectionName(body, 'findAndModify' in body ? 'findAndModify' : 'findandmodify');
  const query = optionalDoc('findAndModify.query', body.query);
  const expressions = (expression: unknown) => compileExpression(expression, now);
  const filter = compileFilter(query, expressions);
  const projection = compileProjection(body.fields ?? undefined, { mode: 'find', filter: query, expressions });
  const removing = checkedRemoval(body);
  const existing = catalog.get(database, name);
  const sort = parseSort(body.sort ?? undefined);
  const find = (): StoredRecord | undefined =>
    existing && findRecords(existing, { filter, sort, skip: 0, limit: 1, hint: body.hint })[0];
  if (removing) {
    const record = find();
    if (record !== undefined) existing?.remove(record);
    return { lastErrorObject: { n: record === undefined ? 0 : 1 }, value: shown(record?.version, projection), ok: 1 };
  }
  const arrayFilters = body.arrayFilters === undefined ? [] : docList('arrayFilters', body.arrayFilters);
  const change = compileUpdate(body.update, { now, filter: query, arrayFilters, expressions });
  const wantsNew = flag('findAndModify.new', body.new, false);
  const record = find();
  if (record !== undefined) {
    const before = record.version;
    (existing as Collection).replace(record, change.apply(before.doc));
    const value = shown(wantsNew ? record.version : before, projection);
    return { lastErrorObject: { n: 1, updatedExisting: true }, value, ok: 1 };
  }
  if (!flag('findAndModify.upsert', body.upsert, false)) {
    return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 };
  }
  const { version } = catalog.getOrCreate(database, name).insert(upsertDocument(filter, change));
  return {
    lastErrorObject: { n: 1, updatedExisting: false, upserted: version.doc._id },
    value: wantsNew ? shown(version, projection) : null,
    ok: 1,
  };
}

function checkedRemoval(body: Doc): boolean {
  const removing = flag('findAndModify.remove', body.remove, false);
  if (removing && body.update !== undefined) throw new StoreError(9, 'Cannot specify both an update and remove=true');
  if (!removing && body.update === undefined)
    throw new StoreError(9, 'Either an update or remove=true must be specified');
  if (removing && body.upsert === true) throw new StoreError(9, 'Cannot specify both upsert=true and remove=true');
  if (removing && body.new === true) {
    throw new StoreError(
      9,
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  return removing;
}

function shown(version: Version | undefined, projection: Projection | null): RawDocument | null {
  if (version === undefined) return null;
  return new RawDocument(projection === null ? version.bytes : encodeDocument(projection(version.doc)));
}
