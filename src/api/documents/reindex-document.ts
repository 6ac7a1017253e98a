import { documentSchema } from '../../shared/domain/document.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { toDocument } from '../../shared/mongo/document-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { documentParams } from './document-params.ts';
import { exampleDocument } from './example-document.ts';

export const reindexDocument = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'post',
    path: '/documents/{document_id}/reindex',
    tag: 'Documents',
    access: 'runs',
    summary: 'Read a document again',
    description:
      'From its stored source, for example after an update of Skein that reads its format better. Searches find the passages there are until the new ones are complete. One that waits or is being read is answered as it is.',
    params: documentParams,
    responses: {
      202: {
        description: 'It will be read.',
        schema: documentSchema,
        example: { ...exampleDocument, status: 'queued', progress: 0 },
      },
    },
    async handler({ projectId, params }) {
      const { repository, ring } = deps.documents;
      const queued = await repository.requeue(projectId, params.document_id);
      if (queued) await ring(queued);
      const document = queued ?? (await repository.get(projectId, params.document_id));
      if (!document) throw notFound('document');
      return { status: 202, body: toDocument(document) };
    },
  });
