import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { metadataSchema, plainText, timeSchema } from './json.ts';

/** What documents can be made of, as Skein names it whatever the upload called it. */
export const mediaTypeSchema = z.enum([
  'text/plain',
  'text/markdown',
  'text/html',
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
]);
export type MediaType = z.infer<typeof mediaTypeSchema>;
export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' satisfies MediaType;

/** Why a document could not be read. Clients match on it; a code keeps its meaning. */
export const documentErrorCodeSchema = z.enum([
  'broken',
  'encrypted',
  'no_text',
  'too_many_pages',
  'too_much_text',
  'expands_too_much',
  'too_complex',
  'parse_timeout',
  'worker_lost',
]);
export type DocumentErrorCode = z.infer<typeof documentErrorCodeSchema>;

export const documentNameSchema = plainText(255).min(1).meta({ description: 'Shown beside its passages.' });

export const documentSchema = z
  .object({
    document_id: uuidSchema,
    project_id: uuidSchema,
    name: documentNameSchema,
    media_type: mediaTypeSchema.meta({ description: 'As the bytes were recognised, not as they were named.' }),
    bytes: z.int().min(1),
    status: z.enum(['queued', 'processing', 'ready', 'failed']),
    progress: z.number().min(0).max(1).meta({ description: 'Of the reading that is under way; 1 when it is ready.' }),
    error: z.object({ code: documentErrorCodeSchema, message: z.string() }).nullable(),
    chunks: z.int().min(0).meta({ description: 'Passages that searches see now.' }),
    characters: z.int().min(0).meta({ description: 'Length of the text, in UTF-16 units, as all positions.' }),
    metadata: metadataSchema,
    created_at: timeSchema,
    updated_at: timeSchema,
    indexed_at: timeSchema.nullable(),
  })
  .meta({ id: 'Document' });
export type Document = z.infer<typeof documentSchema>;

const page = z.int().min(1).nullable().meta({ description: 'From 1; of a PDF only.' });

export const positionSchema = z.object({
  start: z.int().min(0).meta({ description: 'Where it begins in the text of the document, in UTF-16 units.' }),
  end: z.int().min(0).meta({ description: 'After its last character.' }),
  page,
});

/** A piece of a document that answers a search. */
export const passageSchema = z
  .object({
    document_id: uuidSchema,
    name: documentNameSchema,
    heading: z.array(z.string()).meta({ description: 'The headings it stands under, outermost first.' }),
    text: z.string(),
    score: z.number().meta({ description: 'Higher is better; to be compared within one answer only.' }),
    position: positionSchema,
    chunk: z.int().min(0).meta({ description: 'Number of the passage in its document, from 0.' }),
  })
  .meta({ id: 'Passage' });
export type Passage = z.infer<typeof passageSchema>;

/** Longer questions are cut: words beyond cost time and find nothing. */
export const searchQuerySchema = plainText(2000).min(1);

export const documentSearchSchema = z
  .strictObject({
    query: searchQuerySchema.meta({ description: 'Words or a question.' }),
    limit: z.int().min(1).max(50).default(5),
    document_ids: z.array(uuidSchema).min(1).max(100).optional().meta({ description: 'Only in these.' }),
    metadata: metadataSchema.optional().meta({ description: 'Only in documents whose metadata has all of these.' }),
  })
  .meta({ id: 'DocumentSearch', example: { query: 'How do I resume a stream?', limit: 3 } });
export type DocumentSearch = z.infer<typeof documentSearchSchema>;

export const documentContentSchema = z
  .object({
    document_id: uuidSchema,
    characters: z.int().min(0),
    start: z.int().min(0),
    end: z.int().min(0),
    text: z.string(),
    sections: z
      .array(z.object({ heading: z.array(z.string()), start: z.int().min(0), end: z.int().min(0), page }))
      .meta({ description: 'Which part of the text stands under which headings, in order.' }),
  })
  .meta({ id: 'DocumentContent' });
export type DocumentContent = z.infer<typeof documentContentSchema>;
