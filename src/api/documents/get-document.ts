import { documentSchema } from '../../shared/domain/document.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { toDocument } from '../../shared/mongo/document-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { documentParams } from './document-params.ts';
import { exampleDocument } from './example-document.ts';

export const getDocument = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'get',
    path: '/documents/{document_id}',
    tag: 'Documents',
    access: 'read',
    summary: 'Get a document',
    description: 'What it is and how far it has been read.',
    params: documentParams,
    responses: { 200: { description: 'The document.', schema: documentSchema, example: exampleDocument } },
    async handler({ projectId, params }) {
      const document = await deps.documents.repository.get(projectId, params.document_id);
      if (!document) throw notFound('document');
      return { status: 200, body: toDocument(document) };
    },
  });
