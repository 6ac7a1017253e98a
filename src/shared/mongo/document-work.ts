/**
 * What workers do to documents. Who reads one holds a lease on it and renews it with each progress; every write of an attempt asks for the lease in its filter. Times are this process's own: clocks that differ
 * by less than the lease cost nothing, and if they differ by more two workers may read the same document, of which one ends it and the other finds its lease gone.
 */
import { newId } from '../domain/ids.ts';
import { changeOne } from './change-one.ts';
import type { DocumentModels, StoredDocument } from './document-models.ts';
import { OVERDUE_MS } from './document-repository.ts';

/** Many times what lies between two renewals. */
const LEASE_MS = 30_000;
const LIMIT = 100;
/** One that waits on the queue is looked at again then. */
const PATIENCE_MS = 15_000;
/** An embedding server that is away is asked again then. */
const POSTPONED_MS = 60_000;
const ENDED = ['ready', 'failed'] as const;

/** Which attempt of which document. */
export type Held = Pick<StoredDocument, '_id' | 'project_id' | 'version' | 'lease'>;

export interface DocumentWork {
  /** null: it is not queued (any more). */
  claim(documentId: string): Promise<StoredDocument | null>;
  /** false: the document is deleted, or another worker has it. */
  renew(held: Held, progress: number): Promise<boolean>;
  /** The attempt's chunks are what searches see from now on; those of others are to be removed. false: as for `renew`. */
  finish(held: Held, read: Pick<StoredDocument, 'chunks' | 'characters' | 'terms'>): Promise<boolean>;
  fail(held: Held, error: NonNullable<StoredDocument['error']>): Promise<boolean>;
  /** Another worker shall read it. null: as for `renew` false. @param lost the worker that had it did not give it back */
  handBack(held: Held, lost: boolean): Promise<StoredDocument | null>;
  /** Queued without a bell: a new one is due. null: it is not queued any more. */
  ringAgain(document: Pick<StoredDocument, '_id' | 'bell'>): Promise<StoredDocument | null>;
  /** It is on the queue: no need to look at it for a while. */
  wait(document: Pick<StoredDocument, '_id' | 'bell'>): Promise<void>;
  /** As it is now, if nobody reads it and nobody is to. */
  settled(documentId: string): Promise<StoredDocument | null>;
  /** All its live chunks have vectors of the model. */
  noteEmbedded(one: Pick<StoredDocument, '_id' | 'live_version'>, model: string): Promise<void>;
  /** Something is left to do for it, later. */
  postpone(one: Pick<Held, '_id' | 'version'>): Promise<void>;
  /** Documents whose vectors are of another model, or missing, are looked at by the next sweeps. */
  embedAgain(model: string): Promise<void>;
  /** Nothing is left to do for it. */
  settle(one: Pick<Held, '_id' | 'version'>): Promise<void>;
  /** Some of those a sweep has to look at, longest due first. */
  due(): Promise<StoredDocument[]>;
}

export function createDocumentWork({ documents }: Pick<DocumentModels, 'documents'>): DocumentWork {
  const after = (ms: number) => new Date(Date.now() + ms);
  const held = ({ _id, lease }: Held) => ({ _id, lease, status: 'processing', deleted_at: null });
  const settled = ({ _id, version }: Pick<Held, '_id' | 'version'>) => ({
    _id,
    version,
    status: { $in: ENDED },
    deleted_at: null,
  });
  const isThere = async (change: Promise<StoredDocument | null>) => (await change) !== null;

  return {
    claim: (documentId) =>
      changeOne(
        documents,
        { _id: documentId, status: 'queued', deleted_at: null },
        {
          $set: { status: 'processing', progress: 0, lease: newId(), due_at: after(LEASE_MS), updated_at: new Date() },
          $inc: { version: 1 },
        },
      ),

    renew: (one, progress) =>
      isThere(changeOne(documents, held(one), { $set: { progress, due_at: after(LEASE_MS), updated_at: new Date() } })),

    finish(one, read) {
      const now = new Date();
      const state = {
        status: 'ready',
        progress: 1,
        error: null,
        lost: 0,
        lease: null,
        live_version: one.version,
        embedded_with: null,
      };
      return isThere(
        changeOne(documents, held(one), { $set: { ...state, ...read, indexed_at: now, updated_at: now, due_at: now } }),
      );
    },

    fail(one, error) {
      const now = new Date();
      const state = { status: 'failed', error, lease: null, updated_at: now, due_at: now };
      return isThere(changeOne(documents, held(one), { $set: state }));
    },

    handBack: (one, lost) =>
      changeOne(documents, held(one), {
        $set: { status: 'queued', progress: 0, lease: null, due_at: after(OVERDUE_MS), updated_at: new Date() },
        $inc: { bell: 1, lost: lost ? 1 : 0 },
      }),

    ringAgain: ({ _id, bell }) =>
      changeOne(
        documents,
        { _id, bell, status: 'queued', deleted_at: null },
        { $set: { due_at: after(OVERDUE_MS) }, $inc: { bell: 1 } },
      ),

    async wait({ _id, bell }) {
      const queued = { _id, bell, status: 'queued', deleted_at: null };
      await changeOne(documents, queued, { $set: { due_at: after(PATIENCE_MS) } });
    },

    settled: (_id) => documents.findOne({ _id, status: { $in: ENDED }, deleted_at: null }).lean<StoredDocument>(),

    async noteEmbedded({ _id, live_version }, embedded_with) {
      await changeOne(documents, { _id, live_version, deleted_at: null }, { $set: { embedded_with } });
    },

    async postpone(one) {
      await changeOne(documents, settled(one), { $set: { due_at: after(POSTPONED_MS) } });
    },

    async embedAgain(model) {
      const others = { status: 'ready' as const, deleted_at: null, embedded_with: { $ne: model }, due_at: null };
      await documents.updateMany(others, { $set: { due_at: new Date() } });
    },

    async settle(one) {
      await changeOne(documents, settled(one), { $unset: { due_at: 1 } });
    },

    due: () =>
      documents
        .find({ due_at: { $lt: new Date() } })
        .sort({ due_at: 1 })
        .limit(LIMIT)
        .batchSize(LIMIT + 1)
        .lean<StoredDocument[]>(),
  };
}
