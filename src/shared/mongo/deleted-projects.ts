import type { AccessModels } from './access-models.ts';
import type { BatchModels } from './batch-models.ts';
import type { DocumentModels } from './document-models.ts';
import type { Models } from './models.ts';
import type { ScheduleModels } from './schedule-models.ts';
import { threadIdOf } from './thread-key.ts';
import type { WebhookModels } from './webhook-models.ts';

/** What requests that were let in before the end of their project may have stored after it. */
export interface DeletedProjects {
  /** Projects that ended before this time and were not seen to be empty since. */
  toEmpty(endedBefore: Date): Promise<string[]>;
  removeAssistants(projectId: string): Promise<void>;
  /** Webhooks with their log, and schedules. */
  removeSettings(projectId: string): Promise<void>;
  /** Its documents are due to be removed, with their parts. */
  endDocuments(projectId: string): Promise<void>;
  /** Its batches are due to be removed, with all that was made for them. */
  endBatches(projectId: string): Promise<void>;
  /** Some threads of it that are not being deleted. */
  threads(projectId: string): Promise<string[]>;
  /** Some runs of it, with or without a thread. */
  runs(projectId: string): Promise<{ runId: string; threadId: string }[]>;
  noteEmpty(projectId: string): Promise<void>;
}

const LIMIT = 100;

export function createDeletedProjects(
  models: Pick<AccessModels, 'projects'> &
    Pick<Models, 'assistants' | 'assistantVersions' | 'threads' | 'runs'> &
    Pick<BatchModels, 'batches'> &
    Pick<DocumentModels, 'documents'> &
    WebhookModels &
    ScheduleModels,
): DeletedProjects {
  const {
    projects,
    documents,
    batches,
    assistants,
    assistantVersions,
    threads,
    runs,
    webhooks,
    deliveries,
    schedules,
  } = models;
  return {
    async toEmpty(endedBefore) {
      const found = await projects
        .find({ deleted_at: { $lt: endedBefore }, emptied: { $exists: false } }, { _id: 1 })
        .limit(LIMIT)
        .lean<{ _id: string }[]>();
      return found.map(({ _id }) => _id);
    },
    async removeAssistants(projectId) {
      await assistants.deleteMany({ project_id: projectId });
      await assistantVersions.deleteMany({ project_id: projectId });
    },
    async removeSettings(projectId) {
      await webhooks.deleteMany({ project_id: projectId });
      await deliveries.deleteMany({ project_id: projectId });
      await schedules.deleteMany({ project_id: projectId });
    },
    async endDocuments(projectId) {
      const now = new Date();
      const change = { $set: { deleted_at: now }, $max: { due_at: now } };
      await documents.updateMany({ project_id: projectId, deleted_at: null, removed_at: null }, change);
    },
    async endBatches(projectId) {
      const now = new Date();
      await batches.updateMany({ project_id: projectId, deleted_at: null }, { deleted_at: now, due_at: now });
    },
    async threads(projectId) {
      const found = await threads
        .find({ project_id: projectId, deleted_at: null, removed_at: null }, { _id: 1 })
        .limit(LIMIT)
        .lean<{ _id: string }[]>();
      return found.map(({ _id }) => threadIdOf(_id));
    },
    async runs(projectId) {
      const found = await runs
        .find({ project_id: projectId }, { thread_id: 1 })
        .limit(LIMIT)
        .lean<{ _id: string; thread_id: string }[]>();
      return found.map(({ _id, thread_id }) => ({ runId: _id, threadId: thread_id }));
    },
    async noteEmpty(projectId) {
      await projects.updateOne({ _id: projectId }, { emptied: true });
    },
  };
}
