import { type Command, collectionName, docList, flag } from './command.ts';
import { runBatch } from './write-batch.ts';

/** `insert`. The first one creates the collection. */
export const insert: Command = {
  fields: ['insert', 'documents', 'ordered', 'bypassDocumentValidation'],
  async run(body, { catalog, database, journal }) {
    const documents = docList('insert.documents', body.documents);
    const collection = catalog.getOrCreate(database, collectionName(body, 'insert'));
    let n = 0;
    const errors = runBatch(documents, flag('insert.ordered', body.ordered, true), (document) => {
      collection.insert(document);
      n++;
    });
    await journal.committed();
    return { n, ...errors, ok: 1 };
  },
};
