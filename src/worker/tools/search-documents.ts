import { z } from 'zod';
import { searchQuerySchema } from '../../shared/domain/document.ts';
import type { SearchDocuments } from '../../shared/search/create-search.ts';
import { defineTool } from './tool.ts';

const MAX_PASSAGES = 10;

/** The project's documents, for the model. The result is JSON: each passage with the document, heading and position that an answer can name as its source. */
export const createSearchDocuments = (search: SearchDocuments) =>
  defineTool({
    name: 'search_documents',
    description:
      'Searches the documents of this project. Gives the passages that fit best, each with the document and heading it stands under. Name them as the source of your answer.',
    schema: z.strictObject({
      query: searchQuerySchema.describe('Words or a question. Names and identifiers help.'),
      limit: z.int().min(1).max(MAX_PASSAGES).optional().describe('How many passages; default 5.'),
    }),
    idempotent: true,
    async execute({ query, limit = 5 }, { projectId }) {
      const passages = await search(projectId, { query, limit });
      return JSON.stringify({
        passages: passages.map((passage) => ({ ...passage, score: Number(passage.score.toFixed(3)) })),
      });
    },
  });
