import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { createDocument } from './create-document.ts';
import { deleteDocument } from './delete-document.ts';
import { getContent } from './get-content.ts';
import { getDocument } from './get-document.ts';
import { listDocuments } from './list-documents.ts';
import { reindexDocument } from './reindex-document.ts';
import { searchDocuments } from './search-documents.ts';

/** Everything about documents, in the order of the reference. */
export const createDocumentEndpoints = (deps: ApiDeps): readonly Endpoint[] => [
  listDocuments(deps),
  createDocument(deps),
  searchDocuments(deps),
  getDocument(deps),
  deleteDocument(deps),
  getContent(deps),
  reindexDocument(deps),
];
