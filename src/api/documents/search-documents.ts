import { z } from 'zod';
import { documentSearchSchema, passageSchema } from '../../shared/domain/document.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { examplePassage } from './example-document.ts';

export const searchDocuments = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'post',
    path: '/documents/search',
    tag: 'Documents',
    access: 'read',
    summary: 'Search documents',
    description:
      'The passages that answer a question best, as the tool `search_documents` gives them to a model. Words count by how rare they are (BM25), in whatever form they stand; identifiers are found whole and by their parts. ' +
      'Unknown ids in `document_ids` find nothing.',
    body: documentSearchSchema,
    responses: {
      200: {
        description: 'Best first; empty when nothing fits.',
        schema: z.array(passageSchema),
        example: [examplePassage],
      },
    },
    async handler({ projectId, body }) {
      return { status: 200, body: await deps.documents.search(projectId, body) };
    },
  });
