import { z } from 'zod';
import { documentSchema } from '../../shared/domain/document.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { toDocument } from '../../shared/mongo/document-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleDocument } from './example-document.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listDocuments = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'get',
    path: '/documents',
    tag: 'Documents',
    access: 'read',
    summary: 'List documents',
    description: 'Newest first.',
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page.',
        schema: z.array(documentSchema),
        headers: PAGE_HEADERS,
        example: [exampleDocument],
      },
    },
    async handler({ projectId, query, req }) {
      const [after] = decodeCursor(positionSchema, query.cursor) ?? [];
      const found = await deps.documents.repository.list(projectId, { limit: query.limit + 1, after });
      const page = toPage(req.originalUrl, found.map(toDocument), query.limit, (last) => [last.document_id]);
      return { status: 200, ...page };
    },
  });
