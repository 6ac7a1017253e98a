/**
 * An upload is stored piece by piece under a document that nobody sees; one update makes it a document. With an Idempotency-Key the key is stored by that update, under a unique index: of two identical requests one
 * makes the document and the other takes its upload back. A crash before the update leaves what a sweep removes.
 */
import { z } from 'zod';
import { documentNameSchema, documentSchema } from '../../shared/domain/document.ts';
import { metadataSchema } from '../../shared/domain/json.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import { toDocument } from '../../shared/mongo/document-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { checkJsonShape } from '../body/check-json-shape.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { queuedDocument } from './example-document.ts';
import { type IncomingDocument, receiveDocument } from './receive-document.ts';
import { CLAIMS } from './recognise.ts';

const metadataText = z
  .string()
  .max(20_000)
  .transform((text, context) => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) checkJsonShape(value);
      return value;
    } catch {
      context.issues.push({ code: 'custom', message: 'must be a JSON object', input: text });
      return z.NEVER;
    }
  })
  .pipe(metadataSchema)
  .meta({ type: 'string', description: 'A JSON object, as everywhere.', example: '{"source":"intranet"}' });

export const createDocument = (deps: Pick<ApiDeps, 'documents' | 'once' | 'config'>) =>
  defineEndpoint({
    method: 'post',
    path: '/documents',
    tag: 'Documents',
    access: 'runs',
    summary: 'Upload a document',
    description:
      'The body is the file itself: plain text, Markdown, HTML, PDF or Word (DOCX), recognised by its bytes. The answer comes when it is stored; reading it goes on behind it, with `status` and `progress`. ' +
      'What can only be seen when it is read (a broken or encrypted PDF, say) makes it `failed`, with a code in `error`.',
    query: z.strictObject({ name: documentNameSchema, metadata: metadataText.optional() }),
    streamedBody: Object.fromEntries(
      CLAIMS.map((type) => [type, { example: type.startsWith('text/') ? '# Title' : '…' }]),
    ),
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      202: {
        description: 'It is stored and will be read.',
        schema: documentSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: queuedDocument,
      },
    },
    problems: [
      'payload_too_large',
      'unsupported_media_type',
      'malformed_body',
      'state_conflict',
      ...IDEMPOTENCY.problems,
    ],
    async handler({ projectId, query: { name, metadata = {} }, req }) {
      const key = idempotencyKey(req);
      const incoming = await receiveDocument(req, name, deps.config.DOCUMENT_LIMIT_BYTES);
      const documentId = await store(deps, projectId, incoming);
      const upload = { name, metadata, media_type: incoming.mediaType, bytes: incoming.bytes() };
      const { repository, ring } = deps.documents;
      try {
        const { value, headers } = await deps.once(
          projectId,
          requestKey(key, ['create document', upload, incoming.digest()]),
          {
            find: (known) => repository.byRequest(projectId, known),
            make: (known) => repository.accept(projectId, documentId, upload, known),
          },
        );
        if (value._id !== documentId) await discard(deps, projectId, documentId);
        else await ring(value);
        return { status: 202, headers: { Location: `/documents/${value._id}`, ...headers }, body: toDocument(value) };
      } catch (error) {
        await discard(deps, projectId, documentId);
        throw error;
      }
    },
  });

async function store(
  deps: Pick<ApiDeps, 'documents'>,
  projectId: string,
  { source }: IncomingDocument,
): Promise<string> {
  const documentId = await deps.documents.repository.begin(projectId);
  try {
    await deps.documents.parts.store(documentId, source);
    return documentId;
  } catch (error) {
    await discard(deps, projectId, documentId);
    throw error;
  }
}

async function discard(
  { documents }: Pick<ApiDeps, 'documents'>,
  projectId: string,
  documentId: string,
): Promise<void> {
  if (await documents.repository.discard(projectId, documentId))
    await documents.remove({ _id: documentId, project_id: projectId });
}
