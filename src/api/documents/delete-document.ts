import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { documentParams } from './document-params.ts';

export const deleteDocument = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/documents/{document_id}',
    tag: 'Documents',
    access: 'runs',
    summary: 'Delete a document',
    description: 'With its source and all its passages. No search finds it from then on.',
    params: documentParams,
    responses: { 204: { description: 'It is gone.' } },
    async handler({ projectId, params }) {
      const { repository, remove } = deps.documents;
      const document = await repository.markDeleted(projectId, params.document_id);
      if (!document) throw notFound('document');
      // What a worker is reading is removed when it has stopped.
      if (document.status !== 'processing') await remove(document);
      return { status: 204 };
    },
  });
