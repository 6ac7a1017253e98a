import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';
import { REMOVED_RUN_DAYS, type UsageModels } from './usage-models.ts';

const PAGE = 1000;
const FIELDS = {
  project_id: 1,
  assistant_id: 1,
  'options.model': 1,
  lane: 1,
  status: 1,
  usage: 1,
  finished_at: 1,
} as const;

/**
 * Keeps what usage needs of the ended runs of threads that are being deleted, before they go. Safe to repeat: what is kept already stays as it is.
 * @param since older ends are folded long since
 */
export async function keepForUsage(
  models: Pick<Models, 'runs'> & Pick<UsageModels, 'removedRuns'>,
  projectId: string,
  threadIds: readonly string[],
  since = new Date(Date.now() - (REMOVED_RUN_DAYS - 1) * 86_400_000),
): Promise<void> {
  for (let after = ''; ; ) {
    const runs = await models.runs
      .find(
        { project_id: projectId, thread_id: { $in: [...threadIds] }, _id: { $gt: after }, finished_at: { $gt: since } },
        FIELDS,
      )
      .sort({ _id: 1 })
      .limit(PAGE)
      .batchSize(PAGE + 1)
      .lean<RunDocument[]>();
    if (runs.length > 0)
      await models.removedRuns.collection.bulkWrite(
        runs.map(({ _id, project_id, assistant_id, options, lane, status, usage, finished_at }) => ({
          updateOne: {
            filter: { _id: _id as never },
            update: {
              $setOnInsert: {
                ...{ project_id, assistant_id, model: options.model, lane, status, usage, finished_at },
                removed_at: new Date(),
              },
            },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    const last = runs.at(-1);
    if (!last || runs.length < PAGE) return;
    after = last._id;
  }
}
