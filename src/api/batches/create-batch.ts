/**
 * An upload. The batch is there from its first item on, as `uploading`; it is accepted by one update when the last item is stored. Not by `once`: identical requests share nothing here,
 * because each has a body that has to be read; the unique key of the batch and the ids of its items keep them from doing anything twice.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import {
  type Batch,
  type BatchOptions,
  batchItemSchema,
  batchOptionsSchema,
  batchSchema,
} from '../../shared/domain/batch.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { BatchDocument } from '../../shared/mongo/batch-models.ts';
import type { ApiDeps } from '../api-deps.ts';
import { readChunks } from '../body/read-chunks.ts';
import { contentTypeOf } from '../body/read-json-body.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { invalid } from '../validate.ts';
import { exampleBatch } from './example-batch.ts';
import { type JsonOptions, readJsonItems } from './read-json-items.ts';
import { readNdjson } from './read-ndjson.ts';
import { type Received, receiveItems } from './receive-items.ts';
import type { UploadEntry } from './upload-entry.ts';
import { optionsOfBody, optionsOfQuery, refuseOptions, type UploadQuery, uploadQuery } from './upload-query.ts';

export type CreateBatchDeps = Pick<
  ApiDeps,
  'batches' | 'batchItems' | 'assistants' | 'batchNudge' | 'config' | 'hooks'
>;

const NDJSON = 'application/x-ndjson';
const exampleItem = { custom_id: 'sum-1', input: 'What is 12*7?' };

/** The body as the reference shows it; it is read item by item. */
const batchInputSchema = batchOptionsSchema
  .extend({ items: z.array(batchItemSchema).min(1) })
  .meta({ id: 'BatchInput', example: { assistant_id: exampleBatch.assistant_id, items: [exampleItem] } });

export const createBatch = (deps: CreateBatchDeps) =>
  defineEndpoint({
    method: 'post',
    path: '/batches',
    tag: 'Batches',
    access: 'runs',
    summary: 'Submit a batch',
    description:
      'Thousands of items in one request, as JSON or with one item in each line (NDJSON). All of them are checked before any run is made: one that is wrong refuses the whole upload, and `errors` names ' +
      'its line. The answer comes when the last item is stored; from then on every item ends, whatever crashes. With an `Idempotency-Key` an upload that was cut off is continued: send the same again, or only what is missing (`offset`); ' +
      '`received` of the batch says how far it is. A long one can be sent in several requests (`complete=false`).',
    query: uploadQuery,
    streamedBody: {
      'application/json': { schema: batchInputSchema, example: batchInputSchema.meta()?.example },
      [NDJSON]: { example: `${JSON.stringify(exampleItem)}\n` },
    },
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      202: {
        description: 'Accepted; with `complete=false`, stored.',
        schema: batchSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: exampleBatch,
      },
    },
    problems: ['not_found', 'reference_not_found', 'url_not_allowed', 'state_conflict', ...IDEMPOTENCY.problems],
    async handler({ projectId, query, req }) {
      const key = idempotencyKey(req);
      if (key === undefined && (query.offset > 0 || !query.complete))
        throw new AppError('invalid_idempotency_key', { detail: 'A part of an upload needs an Idempotency-Key.' });
      const body = openBody(deps, req, query);
      const batch = await deps.batches.begin(projectId, key);
      const { value, replayed } = await upload(deps, batch, body, query, key);
      return {
        status: 202,
        body: value,
        headers: { Location: `/batches/${batch._id}`, ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}) },
      };
    },
  });

interface UploadBody {
  readonly entries: AsyncIterable<UploadEntry>;
  /** Complete when the entries are. */
  options(): BatchOptions;
}

function openBody({ config }: CreateBatchDeps, req: IncomingMessage, query: UploadQuery): UploadBody {
  const type = contentTypeOf(req, ['application/json', NDJSON]);
  if (type === 'application/json') refuseOptions(query);
  const chunks = readChunks(req, config.BATCH_BYTES_MAX);
  if (type === NDJSON)
    return { entries: readNdjson(chunks, config.BODY_LIMIT_BYTES), options: () => optionsOfQuery(query) };
  const members: JsonOptions = {};
  return { entries: readJsonItems(chunks, config.BODY_LIMIT_BYTES, members), options: () => optionsOfBody(members) };
}

async function upload(
  deps: CreateBatchDeps,
  batch: BatchDocument,
  body: UploadBody,
  query: UploadQuery,
  key: string | undefined,
): Promise<{ value: Batch; replayed: boolean }> {
  if (query.offset > batch.received)
    throw new AppError('state_conflict', {
      detail: `The upload has ${batch.received} items; offset ${query.offset} is too far.`,
      extra: { received: batch.received },
    });
  try {
    const limits = { offset: query.offset, maxItems: deps.config.BATCH_ITEMS_MAX };
    const received = await receiveItems(deps, batch, body.entries, limits);
    if (received.errors.length > 0) throw invalid(received.errors);
    return await finishUpload(deps, batch, received, body.options(), query.complete);
  } catch (error) {
    // What was cut off can be continued by its key; an upload that is wrong, or that nobody can continue, has never been.
    if (batch.status === 'uploading' && (key === undefined || isRefusal(error))) await deps.batches.discard(batch._id);
    throw error;
  }
}

/** Is it wrong however often it is sent? */
const isRefusal = (error: unknown): boolean =>
  error instanceof AppError &&
  [
    'validation_failed',
    'reference_not_found',
    'payload_too_large',
    'malformed_json',
    'malformed_body',
    'url_not_allowed',
  ].includes(error.code);

async function finishUpload(
  deps: CreateBatchDeps,
  batch: BatchDocument,
  { next }: Received,
  options: BatchOptions,
  complete: boolean,
): Promise<{ value: Batch; replayed: boolean }> {
  const find = async (): Promise<BatchDocument> => {
    const now = await deps.batches.find(batch.project_id, batch._id);
    if (!now) throw new AppError('state_conflict', { detail: 'The batch was deleted meanwhile.' });
    return now;
  };
  const now = await find();
  if (now.status === 'uploading' && !complete) return { value: await deps.batches.present(now), replayed: false };
  if (now.status === 'uploading') {
    const stored = { _id: batch._id, received: next };
    await checkOptions(deps, now, options, next);
    const { webhook: named, ...rest } = options;
    const { webhook } = named ? await deps.hooks.runHooks.fieldsFor(now.project_id, named) : {};
    const target = webhook === undefined ? {} : { webhook };
    const accepted = await deps.batches.accept(stored, { ...rest, ...target }, fingerprintOf(options));
    if (accepted) {
      deps.batchNudge();
      return { value: await deps.batches.present(accepted), replayed: false };
    }
  }
  // An earlier request, or an identical one beside this, has completed it.
  const first = await find();
  const same = first.status !== 'uploading' && (!complete || first.received === next);
  if (!same || (complete && first.fingerprint !== fingerprintOf(options)))
    throw new AppError('idempotency_key_reused', {
      detail: 'This Idempotency-Key was used for an upload with other items or options.',
    });
  return { value: await deps.batches.present(first), replayed: true };
}

const fingerprintOf = (options: BatchOptions): string => requestKey('batch', options)?.fingerprint ?? '';

async function checkOptions(
  { assistants, batchItems }: CreateBatchDeps,
  batch: BatchDocument,
  { assistant_id: assistantId }: BatchOptions,
  count: number,
): Promise<void> {
  if (count === 0) throw invalid([{ pointer: '/items', code: 'too_small', message: 'must have at least one item' }]);
  if (assistantId === undefined) {
    if (batch.first_unassigned === undefined) return;
    throw invalid([
      {
        pointer: '/assistant_id',
        code: 'required',
        message: `required: item ${batch.first_unassigned}, counted from 0, names neither an assistant nor a thread`,
      },
    ]);
  }
  const assistant = await assistants.get(batch.project_id, assistantId);
  if (!assistant)
    throw new AppError('reference_not_found', {
      detail: 'The assistant does not exist.',
      errors: [{ pointer: '/assistant_id', code: 'reference_not_found', message: 'No such assistant.' }],
    });
  await batchItems.keepAssistant(batch._id, assistant);
}
