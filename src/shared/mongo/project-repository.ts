/**
 * A project is deleted by one mark, which ends it and all its keys at once for whoever looks it up; what is removed after that is only what is left over. A crash in between leaves keys
 * that no look-up takes. Requests that were let in before the mark may still store something: `project-emptier.ts` removes it.
 */
import { DEFAULT_PROJECT_ID, newId } from '../domain/ids.ts';
import { NO_PROJECT_LIMITS, type Project, type ProjectInput, type ProjectPatch } from '../domain/project.ts';
import { AppError, notFound } from '../errors/app-error.ts';
import type { AccessModels, ProjectDocument } from './access-models.ts';
import type { BatchModels } from './batch-models.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { DocumentModels } from './document-models.ts';
import { insertRequested } from './insert-requested.ts';
import type { KeyRepository } from './key-repository.ts';
import type { Models } from './models.ts';
import { keyFields, type RequestKey, sameRequest } from './request-key.ts';

export interface ProjectRepository {
  /** @throws AppError `state_conflict` when another request with this key was first. */
  create(input: ProjectInput, key?: RequestKey): Promise<Project>;
  /** What an earlier request with this key created. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(key: RequestKey): Promise<Project | null>;
  /** Makes the project of requests that name none, unless it is there. Safe in many processes at once. */
  ensureDefault(): Promise<void>;
  get(projectId: string): Promise<Project | null>;
  /** Newest first. */
  list(page: { limit: number; after?: string | undefined }): Promise<Project[]>;
  /** Limits that are left out stay as they are. */
  patch(projectId: string, patch: ProjectPatch): Promise<Project | null>;
  /** Safe to repeat: the time of the first pause stays. */
  setPaused(projectId: string, paused: boolean): Promise<Project | null>;
  /** With its keys. @returns whether it was there @throws AppError `project_not_deletable` while it holds anything, and for the default project */
  remove(projectId: string): Promise<boolean>;
}

export function createProjectRepository(
  models: Pick<AccessModels, 'projects'> &
    Pick<BatchModels, 'batches'> &
    Pick<DocumentModels, 'documents'> &
    Pick<Models, 'threads' | 'assistants' | 'runs'>,
  keys: Pick<KeyRepository, 'removeOfProject'>,
): ProjectRepository {
  const { projects, threads, assistants, runs, batches, documents } = models;
  const insert = createInserter(projects);
  const living = (projectId: string) => ({ _id: projectId, deleted_at: null });
  const wire = (document: ProjectDocument | null): Project | null => document && toProject(document);

  async function holds(projectId: string): Promise<string[]> {
    const [assistant, thread, run, batch, document] = await Promise.all([
      assistants.exists({ project_id: projectId, removed_at: null }),
      threads.exists({ project_id: projectId, removed_at: null, deleted_at: null }),
      runs.exists({ project_id: projectId }),
      batches.exists({ project_id: projectId, deleted_at: null }),
      documents.exists({ project_id: projectId, deleted_at: null, removed_at: null }),
    ]);
    return [
      ...(assistant ? ['assistants'] : []),
      ...(thread ? ['threads'] : []),
      ...(run ? ['runs'] : []),
      ...(batch ? ['batches'] : []),
      ...(document ? ['documents'] : []),
    ];
  }

  return {
    async create(input, key) {
      const now = new Date();
      const document: ProjectDocument = { _id: newId(), ...input, created_at: now, updated_at: now, ...keyFields(key) };
      await insertRequested(insert, document);
      return toProject(document);
    },

    async byRequest(key) {
      const found = await projects.findOne({ idempotency_key: key.key }).lean<ProjectDocument>();
      const document = sameRequest(found, key);
      if (document?.deleted_at) throw notFound('project');
      return wire(document);
    },

    async ensureDefault() {
      if (await projects.exists({ _id: DEFAULT_PROJECT_ID })) return;
      const now = new Date();
      try {
        await insert({ _id: DEFAULT_PROJECT_ID, name: 'Default', created_at: now, updated_at: now });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },

    get: async (projectId) => wire(await projects.findOne(living(projectId)).lean<ProjectDocument>()),

    async list({ limit, after }) {
      const filter = { deleted_at: null, ...(after ? { _id: { $lt: after } } : {}) };
      const documents = await projects.find(filter).sort({ _id: -1 }).limit(limit).lean<ProjectDocument[]>();
      return documents.map(toProject);
    },

    async patch(projectId, { name, limits = {} }) {
      const own = Object.entries(limits).map(([limit, value]) => [`limits.${limit}`, value]);
      const change = { ...(name === undefined ? {} : { name }), ...Object.fromEntries(own), updated_at: new Date() };
      return wire(
        await projects.findOneAndUpdate(living(projectId), change, { returnDocument: 'after' }).lean<ProjectDocument>(),
      );
    },

    async setPaused(projectId, paused) {
      const change = paused ? { $min: { paused_at: new Date() } } : { $unset: { paused_at: 1 } };
      return wire(
        await projects.findOneAndUpdate(living(projectId), change, { returnDocument: 'after' }).lean<ProjectDocument>(),
      );
    },

    async remove(projectId) {
      if (!(await projects.exists(living(projectId)))) return false;
      if (projectId === DEFAULT_PROJECT_ID)
        throw new AppError('project_not_deletable', { detail: 'The default project stays.' });
      const contents = await holds(projectId);
      if (contents.length > 0)
        throw new AppError('project_not_deletable', { detail: `It still has ${contents.join(' and ')}.` });
      const { matchedCount } = await projects.updateOne(living(projectId), { deleted_at: new Date() });
      await keys.removeOfProject(projectId);
      return matchedCount === 1;
    },
  };
}

const toProject = (document: ProjectDocument): Project => ({
  project_id: document._id,
  name: document.name,
  limits: { ...NO_PROJECT_LIMITS, ...document.limits },
  paused_at: document.paused_at?.toISOString() ?? null,
  created_at: document.created_at.toISOString(),
  updated_at: document.updated_at.toISOString(),
});
