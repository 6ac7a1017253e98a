import { z } from 'zod';
import { documentContentSchema } from '../../shared/domain/document.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { documentParams } from './document-params.ts';
import { exampleDocument } from './example-document.ts';
import { joinChunks } from './join-chunks.ts';

const MAX_CHARACTERS = 100_000;
/** Chunks that reach into so much text, even if all of them were very short. */
const MAX_CHUNKS = 10_000;

const text = '## Resuming\n\nSend the last id that you have as Last-Event-ID.';

export const getContent = (deps: Pick<ApiDeps, 'documents'>) =>
  defineEndpoint({
    method: 'get',
    path: '/documents/{document_id}/content',
    tag: 'Documents',
    access: 'read',
    summary: 'Read the text of a document',
    description:
      'The text as it was extracted, which the positions of passages point into, or a part of it: at most 100,000 characters at a time, from `start`; `end` of the answer says where to go on. 409 before it has been read for the first time.',
    params: documentParams,
    query: z.strictObject({
      start: z.coerce.number().int().min(0).default(0).meta({ description: 'First character.' }),
      limit: z.coerce.number().int().min(1).max(MAX_CHARACTERS).default(MAX_CHARACTERS),
    }),
    responses: {
      200: {
        description: 'A part of the text.',
        schema: documentContentSchema,
        example: {
          document_id: exampleDocument.document_id,
          characters: exampleDocument.characters,
          start: 4120,
          end: 4120 + text.length,
          text,
          sections: [{ heading: ['Streams', 'Resuming'], start: 4120, end: 4120 + text.length, page: null }],
        },
      },
    },
    problems: ['document_not_read'],
    async handler({ projectId, params, query: { start, limit } }) {
      const { repository, chunks } = deps.documents;
      const document = await repository.get(projectId, params.document_id);
      if (!document) throw notFound('document');
      const { live_version, characters } = document;
      if (live_version === null) throw new AppError('document_not_read', { detail: `It is ${document.status}.` });
      const found = await chunks.between(
        { _id: document._id, version: live_version },
        start,
        start + limit,
        MAX_CHUNKS,
      );
      return { status: 200, body: { document_id: document._id, characters, ...joinChunks(found, start, limit) } };
    },
  });
