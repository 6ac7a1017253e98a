import type { Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { NO_USAGE } from '../../../src/shared/domain/run.ts';
import { TERMINAL_STATUSES, type TerminalStatus } from '../../../src/shared/domain/run-status.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { readEndedUsage } from '../../../src/shared/mongo/ended-usage.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels, type Models } from '../../../src/shared/mongo/models.ts';
import { keepForUsage } from '../../../src/shared/mongo/removed-runs.ts';
import { createRunRepository, type RunRepository } from '../../../src/shared/mongo/run-repository.ts';
import { createUsageModels, type UsageModels } from '../../../src/shared/mongo/usage-models.ts';
import {
  createUsageRepository,
  type UsageField,
  type UsageRepository,
} from '../../../src/shared/mongo/usage-repository.ts';
import { createFoldUsage, GRACE_MS } from '../../../src/shared/usage/fold-usage.ts';
import { sumCounts } from '../../../src/shared/usage/usage-counts.ts';
import { createUsageReader } from '../../../src/shared/usage/usage-reader.ts';
import { DAY_MS, dayOf, SLOT_MS } from '../../../src/shared/usage/usage-slots.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
let connection: Connection;
let models: Models & UsageModels;
let runs: RunRepository;
beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 10, appName: 'test' });
  models = { ...createModels(connection), ...createUsageModels(connection) };
  await ensureIndexes(models);
  runs = createRunRepository(models);
});
afterAll(() => connection.destroy());
beforeEach(async () => {
  await Promise.all(Object.values(models).map((model) => model.deleteMany({})));
});

const PROJECTS = [newId(), newId()] as const;
const START = Date.parse('2026-03-01T00:00:00.000Z');
const at = (day: number, hour = 0, minute = 0) => new Date(START + day * DAY_MS + hour * 3_600_000 + minute * 60_000);

/** As `removeOfThread`, in a past that never was. */
async function remove(projectId: string, threadId: string): Promise<void> {
  await keepForUsage(models, projectId, [threadId], new Date(0));
  await models.runs.deleteMany({ project_id: projectId, thread_id: threadId });
}

/** The same numbers at every run of the test. */
function randomFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

interface Ended {
  readonly threadId: string;
  readonly projectId: string;
  readonly model: string;
  readonly status: TerminalStatus;
  readonly tokens: number;
  readonly finishedAt: Date;
}

async function insert(all: readonly Ended[]): Promise<void> {
  const documents = all.map(({ threadId, projectId, model, status, tokens, finishedAt }) => ({
    _id: newId(),
    project_id: projectId,
    thread_id: threadId,
    assistant_id: projectId,
    seq: 1,
    status,
    lane: 'interactive',
    options: { model },
    usage: { ...NO_USAGE, prompt_tokens: tokens, completion_tokens: 1, total_tokens: tokens + 1 },
    finished_at: finishedAt,
  }));
  await models.runs.collection.insertMany(documents as never[]);
}

const reader = (usage: UsageRepository = createUsageRepository(models)) =>
  createUsageReader({ usage, readEnded: (from, to) => readEndedUsage(models, from, to) });
const folder = (usage: UsageRepository = createUsageRepository(models)) =>
  createFoldUsage({ usage, readEnded: (from, to) => readEndedUsage(models, from, to) });
const read = (by: readonly UsageField[], filter: object = {}) =>
  reader().read({ from: dayOf(at(0)), to: dayOf(at(9)), ...filter }, by);

/** What the reader has to say of them, by day, project and model. */
function countedByHand(all: readonly Ended[]) {
  return [...Map.groupBy(all, (run) => [dayOf(run.finishedAt), run.projectId, run.model].join())]
    .map(([key, same]) => [
      key,
      sumCounts(same.map((run) => ({ [run.status]: 1, prompt_tokens: run.tokens, completion_tokens: 1 }))),
    ])
    .toSorted();
}
const told = async () =>
  (await read(['day', 'project_id', 'model']))
    .map(({ by, counts }) => [[by.day, by.project_id, by.model].join(), counts])
    .toSorted();

/** A repository whose `n`th writing fails, before or after it was done. */
function failing(n: number, when: 'before' | 'after'): UsageRepository & { failed(): boolean } {
  const usage = createUsageRepository(models);
  let left = n;
  const fails =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      left -= 1;
      if (left === 0 && when === 'before') throw new Error('the process dies here');
      const result = await write(...args);
      if (left === 0) throw new Error('the process dies here');
      return result;
    };
  return {
    ...usage,
    store: fails(usage.store),
    closeDay: fails(usage.closeDay),
    moveClock: fails(usage.moveClock),
    failed: () => left <= 0,
  };
}

describe('usage', () => {
  it('counts each ended run once, whenever runs are folded, whoever dies on the way, and what was deleted', async () => {
    const random = randomFrom(7);
    const threads = Array.from({ length: 40 }, () => ({ id: newId(), projectId: PROJECTS[random(2)] ?? '' }));
    const all = Array.from({ length: 300 }, (): Ended => {
      const thread = threads[random(threads.length)];
      return {
        threadId: thread?.id ?? '',
        projectId: thread?.projectId ?? '',
        model: `model-${random(2)}`,
        status: TERMINAL_STATUSES[random(TERMINAL_STATUSES.length)] ?? 'completed',
        tokens: random(1000),
        finishedAt: new Date(START + random(4 * DAY_MS)),
      };
    }).toSorted((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime());
    let deaths = 0;
    let given: Ended[] = [];
    for (let hour = 0; given.length < all.length; hour += 1 + random(9)) {
      const now = at(0, hour, random(60));
      const news = all.slice(given.length).filter(({ finishedAt }) => finishedAt <= now);
      if (news.length > 0) await insert(news);
      given = [...given, ...news];
      const dies = failing(1 + random(6), random(2) === 0 ? 'before' : 'after');
      const doomed = threads[random(threads.length)];
      // Two workers at a time, of which one may die, while a thread is deleted.
      const work = await Promise.allSettled([
        folder(dies)(now.getTime()),
        folder()(now.getTime()),
        doomed && remove(doomed.projectId, doomed.id),
      ]);
      deaths += work.filter(({ status }) => status === 'rejected').length;
      expect(await told()).toEqual(countedByHand(given));
    }
    expect(deaths).toBeGreaterThan(3);
    expect(await models.runs.countDocuments()).toBeLessThan(250);
    // Days that are over are one small document for each group.
    const [closed] = await models.usage.find({ day: dayOf(at(0)) }).lean();
    expect(closed).toMatchObject({ total: { completed: expect.any(Number) } });
    expect(closed).not.toHaveProperty('slots');
  });

  it('reads the ended runs of a slot once, and what is folded not again', async () => {
    const one = { threadId: newId(), projectId: PROJECTS[0], model: 'm', status: 'completed', tokens: 5 } as const;
    await insert([{ ...one, finishedAt: at(1, 10, 1) }]);
    await folder()(at(1, 11).getTime());
    // A run that ends before what is folded would be the work of a clock that is wrong by hours: it shows that nobody looks there again.
    await insert([{ ...one, finishedAt: at(1, 10, 2) }]);
    await folder()(at(1, 12).getTime());
    expect((await read([]))[0]?.counts.completed).toBe(1);
  });

  it('is silent until a slot is final, and looks at nothing more often than that', async () => {
    await insert([
      { threadId: newId(), projectId: PROJECTS[0], model: 'm', status: 'failed', tokens: 5, finishedAt: at(1, 10, 1) },
    ]);
    const usage = createUsageRepository(models);
    let looks = 0;
    const fold = folder({
      ...usage,
      foldedUntil: () => {
        looks += 1;
        return usage.foldedUntil();
      },
    });
    const final = at(1, 10, 10).getTime() + GRACE_MS;
    await fold(final - 1);
    expect(await models.usage.countDocuments()).toBe(0);
    for (let ms = 0; ms < GRACE_MS; ms += 1000) await fold(final - 1 + ms);
    expect(await models.usage.countDocuments()).toBe(1);
    expect(looks).toBeLessThanOrEqual(2);
    expect(await usage.foldedUntil()).toEqual(new Date(final - GRACE_MS));
    expect(SLOT_MS).toBe(600_000);
  });

  it('is of one project, of a range of days, and grouped as asked', async () => {
    const one = { threadId: newId(), model: 'm', status: 'completed', tokens: 5 } as const;
    await insert([
      { ...one, projectId: PROJECTS[0], finishedAt: at(0, 5) },
      { ...one, projectId: PROJECTS[0], finishedAt: at(1, 5) },
      { ...one, projectId: PROJECTS[1], finishedAt: at(1, 6) },
      { ...one, projectId: PROJECTS[0], finishedAt: at(2, 5) },
    ]);
    await folder()(at(2, 1).getTime());
    const sums = async (by: readonly UsageField[], filter: object) =>
      (await read(by, filter)).map((row) => [Object.values(row.by), row.counts.completed]);
    expect(await sums([], { projectId: PROJECTS[0] })).toEqual([[[], 3]]);
    expect(await sums(['day'], { projectId: PROJECTS[0], from: dayOf(at(1)), to: dayOf(at(1)) })).toEqual([
      [[dayOf(at(1))], 1],
    ]);
    expect((await sums(['project_id'], {})).toSorted()).toEqual(
      [
        [[PROJECTS[0]], 3],
        [[PROJECTS[1]], 1],
      ].toSorted(),
    );
  });
});

describe('deleting a thread', () => {
  it('keeps what usage needs of its ended runs, and nothing when it is repeated', async () => {
    const now = new Date();
    const threadId = newId();
    const one = { threadId, projectId: PROJECTS[0], model: 'm', tokens: 5, finishedAt: now } as const;
    await insert([
      { ...one, status: 'completed' },
      { ...one, status: 'failed' },
    ]);
    await runs.removeOfThread(PROJECTS[0], threadId);
    await runs.removeOfThread(PROJECTS[0], threadId);
    expect(await models.runs.countDocuments()).toBe(0);
    const [row] = await read([], { from: dayOf(now), to: dayOf(now) });
    expect(row?.counts).toMatchObject({ completed: 1, failed: 1, prompt_tokens: 10, completion_tokens: 2 });
  });
});
