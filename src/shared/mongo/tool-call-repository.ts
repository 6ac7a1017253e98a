import type { RunError } from '../domain/run.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { ToolCallDocument } from './documents.ts';
import type { Models } from './models.ts';
import { type RequestKey, sameRequest } from './request-key.ts';

/** Stable idempotency key of the i-th call of a step. */
export const toolCallKey = (runId: string, step: number, index: number): string => `${runId}:${step}:${index}`;

export interface ToolCallRepository {
  /** Writes the started marker. @returns the record of an earlier attempt when there is one, else null: go ahead. */
  start(record: Omit<ToolCallDocument, 'status' | 'started_at'>): Promise<ToolCallDocument | null>;
  /** Takes a call that an earlier attempt started over (for idempotent tools). */
  restart(key: string, attempt: number): Promise<void>;
  done(key: string, result: { content: string; error: RunError | null }): Promise<void>;
  /** The client's output of a call that it executes; a repeat with the same key changes nothing. */
  deliver(
    record: Omit<ToolCallDocument, 'status' | 'started_at' | 'finished_at' | 'result'>,
    content: string,
  ): Promise<void>;
  /** What an earlier delivery with this key left: of each of its calls that nobody else was first with. @throws AppError idempotency_key_reused */
  ofRequest(projectId: string, runId: string, key: RequestKey): Promise<ToolCallDocument[]>;
  ofStep(projectId: string, runId: string, step: number): Promise<ToolCallDocument[]>;
  removeOfThread(projectId: string, threadId: string): Promise<void>;
}

export function createToolCallRepository(models: Pick<Models, 'toolCalls'>): ToolCallRepository {
  const { toolCalls } = models;
  const insert = createInserter(toolCalls);
  return {
    async start(record) {
      try {
        await insert({ ...record, status: 'started', started_at: new Date() });
        return null;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return toolCalls.findOne({ _id: record._id }).lean<ToolCallDocument>();
      }
    },
    async restart(key, attempt) {
      await toolCalls.updateOne({ _id: key, status: 'started' }, { $set: { attempt, started_at: new Date() } });
    },
    async done(key, result) {
      await toolCalls.updateOne(
        { _id: key, status: 'started' },
        { $set: { status: 'done', finished_at: new Date(), result } },
      );
    },
    async deliver(record, content) {
      const now = new Date();
      try {
        await insert({
          ...record,
          status: 'done',
          started_at: now,
          finished_at: now,
          result: { content, error: null },
        });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async ofRequest(projectId, runId, key) {
      const records = await toolCalls
        .find({ run_id: runId, project_id: projectId, idempotency_key: key.key })
        .batchSize(1001)
        .lean<ToolCallDocument[]>();
      sameRequest(records[0] ?? null, key);
      return records;
    },
    ofStep: (projectId, runId, step) =>
      toolCalls.find({ project_id: projectId, run_id: runId, step }).batchSize(1001).lean<ToolCallDocument[]>(),
    async removeOfThread(projectId, threadId) {
      await toolCalls.deleteMany({ project_id: projectId, thread_id: threadId });
    },
  };
}
