/**
 * Batches as their project sees them. A batch is accepted by one update, when its upload is complete (`accept`); until then its items are only stored. Every change is a
 * compare-and-set on the status, so it may be repeated. `due_at` is how a worker hears of a change.
 */
import type { Batch, BatchOptions } from '../domain/batch.ts';
import { newId } from '../domain/ids.ts';
import { AppError, notFound } from '../errors/app-error.ts';
import { readBatchCounts } from './batch-counts.ts';
import type { BatchDocument, BatchModels } from './batch-models.ts';
import { changeOne } from './change-one.ts';
import { insertNew } from './insert-new.ts';
import type { Models } from './models.ts';

/** An upload that nobody goes on with is removed after this. */
export const UPLOAD_KEPT_MS = 24 * 3_600_000;

export interface BatchRepository {
  /** Begins an upload, or finds the batch that an earlier request with this key began. @throws AppError not_found when that was deleted */
  begin(projectId: string, key: string | undefined): Promise<BatchDocument>;
  /** Notes how far an upload is. null: the batch takes no items any more. */
  noteReceived(
    batch: Pick<BatchDocument, '_id'>,
    received: number,
    firstUnassigned: number | null,
  ): Promise<BatchDocument | null>;
  /** Accepts the batch with the items it has. null: it is not uploading, or holds another number of items. */
  accept(
    batch: Pick<BatchDocument, '_id' | 'received'>,
    options: Omit<BatchOptions, 'webhook'> & Pick<BatchDocument, 'webhook'>,
    fingerprint: string,
  ): Promise<BatchDocument | null>;
  /** Takes an upload back as if it had never been: its key is free again. Does nothing to a batch that was accepted. */
  discard(batchId: string): Promise<void>;
  find(projectId: string, batchId: string): Promise<BatchDocument | null>;
  get(projectId: string, batchId: string): Promise<Batch | null>;
  /** Newest first. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<Batch[]>;
  /** Durable and safe to repeat. null: no such batch. @throws AppError state_conflict while it is uploading */
  requestCancel(projectId: string, batchId: string): Promise<BatchDocument | null>;
  /** Has the items that did not complete run again. null: it has not ended, or there is none. */
  requestRetry(projectId: string, batchId: string, key: string | undefined): Promise<BatchDocument | null>;
  /** It is gone at once; its parts are removed after. false: no such batch. */
  markDeleted(projectId: string, batchId: string): Promise<boolean>;
  present(document: BatchDocument): Promise<Batch>;
}

export function createBatchRepository(models: BatchModels & Pick<Models, 'runs'>): BatchRepository {
  const { batches, batchItems, batchAssistants } = models;
  const visible = (projectId: string, batchId: string) => ({ _id: batchId, project_id: projectId, deleted_at: null });
  const find: BatchRepository['find'] = (projectId, batchId) =>
    batches.findOne(visible(projectId, batchId)).lean<BatchDocument>();
  const present = async (document: BatchDocument) => toBatch(document, await readBatchCounts(models, document));

  async function byKey(projectId: string, key: string): Promise<BatchDocument | null> {
    const found = await batches.findOne({ project_id: projectId, idempotency_key: key }).lean<BatchDocument>();
    if (found?.deleted_at) throw notFound('batch');
    return found;
  }

  return {
    present,

    async begin(projectId, key) {
      const first = key === undefined ? null : await byKey(projectId, key);
      if (first) return first;
      const now = new Date();
      const document: BatchDocument = {
        _id: newId(),
        project_id: projectId,
        status: 'uploading',
        name: null,
        assistant_id: null,
        metadata: {},
        received: 0,
        created_at: now,
        due_at: new Date(now.getTime() + UPLOAD_KEPT_MS),
        ...(key === undefined ? {} : { idempotency_key: key }),
      };
      const refused = await insertNew(batches, [document]);
      if (refused.size === 0) return document;
      const winner = key === undefined ? null : await byKey(projectId, key);
      if (!winner) throw new AppError('state_conflict', { detail: 'An identical request is under way; try again.' });
      return winner;
    },

    noteReceived: (batch, received, firstUnassigned) =>
      changeOne(
        batches,
        { _id: batch._id, status: 'uploading', deleted_at: null },
        {
          $max: { received },
          $set: { due_at: new Date(Date.now() + UPLOAD_KEPT_MS) },
          ...(firstUnassigned === null ? {} : { $min: { first_unassigned: firstUnassigned } }),
        },
      ),

    accept(batch, options, fingerprint) {
      const now = new Date();
      return changeOne(
        batches,
        { _id: batch._id, status: 'uploading', received: batch.received, deleted_at: null },
        {
          $set: {
            status: 'in_progress',
            name: options.name ?? null,
            assistant_id: options.assistant_id ?? null,
            metadata: options.metadata,
            ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
            fingerprint,
            started_at: now,
            due_at: now,
          },
        },
      );
    },

    async discard(batchId) {
      const now = new Date();
      const uploading = { _id: batchId, status: 'uploading', deleted_at: null };
      if (!(await changeOne(batches, uploading, { $set: { deleted_at: now, due_at: now } }))) return;
      await batchItems.deleteMany({ batch_id: batchId });
      await batchAssistants.deleteMany({ batch_id: batchId });
      await batches.deleteOne({ _id: batchId });
    },

    find,

    async get(projectId, batchId) {
      const document = await find(projectId, batchId);
      return document && present(document);
    },

    async list(projectId, { limit, after }) {
      const documents = await batches
        .find({ project_id: projectId, deleted_at: null, ...(after ? { _id: { $lt: after } } : {}) })
        .sort({ _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<BatchDocument[]>();
      return Promise.all(documents.map(present));
    },

    async requestCancel(projectId, batchId) {
      const now = new Date();
      const cancelling = await changeOne(
        batches,
        { ...visible(projectId, batchId), status: 'in_progress' },
        { $set: { status: 'cancelling', cancel_requested_at: now, due_at: now } },
      );
      const document = cancelling ?? (await find(projectId, batchId));
      if (document?.status === 'uploading')
        throw new AppError('state_conflict', { detail: 'It is still uploading and has no runs; delete it.' });
      return document;
    },

    requestRetry: (projectId, batchId, key) =>
      changeOne(
        batches,
        { ...visible(projectId, batchId), status: { $in: ['completed', 'cancelled'] } },
        {
          $set: {
            status: 'in_progress',
            retry_pending: true,
            due_at: new Date(),
            ...(key === undefined ? {} : { retry_key: key }),
          },
          $unset: {
            counts: 1,
            usage: 1,
            finished_at: 1,
            expires_at: 1,
            cancel_requested_at: 1,
            ...(key === undefined ? { retry_key: 1 } : {}),
          },
        },
      ),

    async markDeleted(projectId, batchId) {
      const now = new Date();
      const { matchedCount } = await batches.collection.updateOne(visible(projectId, batchId) as object, {
        $set: { deleted_at: now, due_at: now },
      });
      return matchedCount === 1;
    },
  };
}

const isoOrNull = (date: Date | undefined): string | null => date?.toISOString() ?? null;

function toBatch(document: BatchDocument, counts: Batch['counts']): Batch {
  return {
    batch_id: document._id,
    project_id: document.project_id,
    name: document.name,
    assistant_id: document.assistant_id,
    status: document.status,
    received: document.received,
    counts,
    usage: document.usage ?? null,
    metadata: document.metadata,
    created_at: document.created_at.toISOString(),
    started_at: isoOrNull(document.started_at),
    cancel_requested_at: isoOrNull(document.cancel_requested_at),
    finished_at: isoOrNull(document.finished_at),
    expires_at: isoOrNull(document.expires_at),
  };
}
