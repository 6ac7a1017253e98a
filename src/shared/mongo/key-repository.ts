import type { ApiKey, ApiKeyInput, KeyScope } from '../domain/api-key.ts';
import { newId } from '../domain/ids.ts';
import type { AccessModels, ApiKeyDocument, ProjectDocument } from './access-models.ts';
import { createInserter } from './create-inserter.ts';
import { insertRequested } from './insert-requested.ts';
import { keyFields, type RequestKey, sameRequest } from './request-key.ts';

/** What a good key lets its holder do. */
export interface KeyGrant {
  readonly keyId: string;
  readonly projectId: string;
  readonly scopes: readonly KeyScope[];
  readonly usedAt: Date | null;
  /** What the project has instead of the general limit. */
  readonly requestsPerSecond: number | null;
}

export interface KeyRepository {
  /** @param secret what is kept of the key itself @throws AppError `state_conflict` when another request with this idempotency key was first */
  create(
    projectId: string,
    input: ApiKeyInput,
    secret: { readonly hash: string; readonly prefix: string },
    key?: RequestKey,
  ): Promise<ApiKey>;
  /** What an earlier request with this idempotency key created. @throws AppError idempotency_key_reused */
  byRequest(projectId: string, key: RequestKey): Promise<ApiKey | null>;
  /** Newest first, revoked ones too. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<ApiKey[]>;
  /** Safe to repeat; the first time counts. @returns whether the project has the key */
  revoke(projectId: string, keyId: string): Promise<boolean>;
  /** The key with this hash, unless it was revoked or its project deleted. */
  grantOf(hash: string): Promise<KeyGrant | null>;
  /** Those of the given keys that are still good. */
  goodAmong(keyIds: readonly string[]): Promise<Set<string>>;
  noteUse(keyId: string): Promise<void>;
  removeOfProject(projectId: string): Promise<void>;
}

export function createKeyRepository({ apiKeys, projects }: Pick<AccessModels, 'apiKeys' | 'projects'>): KeyRepository {
  const insert = createInserter(apiKeys);
  const livingProjects = async (ids: readonly string[]): Promise<Set<string>> => {
    const found = await projects
      .find({ _id: { $in: [...new Set(ids)] }, deleted_at: null }, { _id: 1 })
      .lean<{ _id: string }[]>();
    return new Set(found.map(({ _id }) => _id));
  };

  return {
    async create(projectId, input, { hash, prefix }, key) {
      const document: ApiKeyDocument = {
        _id: newId(),
        project_id: projectId,
        ...input,
        prefix,
        hash,
        created_at: new Date(),
        last_used_at: null,
        revoked_at: null,
        ...keyFields(key),
      };
      await insertRequested(insert, document);
      return toApiKey(document);
    },

    async byRequest(projectId, key) {
      const found = await apiKeys.findOne({ project_id: projectId, idempotency_key: key.key }).lean<ApiKeyDocument>();
      const document = sameRequest(found, key);
      return document && toApiKey(document);
    },

    async list(projectId, { limit, after }) {
      const filter = { project_id: projectId, ...(after ? { _id: { $lt: after } } : {}) };
      const documents = await apiKeys.find(filter).sort({ _id: -1 }).limit(limit).lean<ApiKeyDocument[]>();
      return documents.map(toApiKey);
    },

    async revoke(projectId, keyId) {
      const one = { _id: keyId, project_id: projectId };
      const { matchedCount } = await apiKeys.updateOne({ ...one, revoked_at: null }, { revoked_at: new Date() });
      return matchedCount === 1 || (await apiKeys.exists(one)) !== null;
    },

    async grantOf(hash) {
      const key = await apiKeys.findOne({ hash, revoked_at: null }).lean<ApiKeyDocument>();
      if (!key) return null;
      const project = await projects
        .findOne({ _id: key.project_id, deleted_at: null }, { limits: 1 })
        .lean<Pick<ProjectDocument, 'limits'>>();
      if (!project) return null;
      const requestsPerSecond = project.limits?.requests_per_second ?? null;
      const { _id: keyId, project_id: projectId, scopes, last_used_at: usedAt } = key;
      return { keyId, projectId, scopes, usedAt, requestsPerSecond };
    },

    async goodAmong(keyIds) {
      const keys = await apiKeys
        .find({ _id: { $in: [...keyIds] }, revoked_at: null }, { project_id: 1 })
        .lean<Pick<ApiKeyDocument, '_id' | 'project_id'>[]>();
      const living = await livingProjects(keys.map((key) => key.project_id));
      return new Set(keys.filter((key) => living.has(key.project_id)).map((key) => key._id));
    },

    async noteUse(keyId) {
      await apiKeys.updateOne({ _id: keyId }, { last_used_at: new Date() });
    },

    async removeOfProject(projectId) {
      await apiKeys.deleteMany({ project_id: projectId });
    },
  };
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

const toApiKey = (document: ApiKeyDocument): ApiKey => ({
  key_id: document._id,
  project_id: document.project_id,
  name: document.name,
  prefix: document.prefix,
  scopes: document.scopes,
  created_at: document.created_at.toISOString(),
  last_used_at: iso(document.last_used_at),
  revoked_at: iso(document.revoked_at),
});
