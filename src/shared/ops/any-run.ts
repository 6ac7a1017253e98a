import type { RunDocument } from '../mongo/documents.ts';
import type { Models } from '../mongo/models.ts';

/** A run by its id alone, of whatever project: for operators only. */
export type AnyRun = (runId: string) => Promise<RunDocument | null>;

export const createAnyRun =
  (models: Pick<Models, 'runs'>): AnyRun =>
  (runId) =>
    models.runs.findOne({ _id: runId }).lean<RunDocument>();
