import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import {
  type CheckpointLog,
  createCheckpointLog,
  type NewCheckpoint,
} from '../../../src/shared/mongo/checkpoint-log.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import type { CheckpointDocument } from '../../../src/shared/mongo/documents.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels } from '../../../src/shared/mongo/models.ts';
import { createThreadReader } from '../../../src/shared/mongo/thread-reader.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
const projectId = newId();
let connection: Connection;
let log: CheckpointLog;

beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 5, appName: 'test' });
  const models = createModels(connection);
  await ensureIndexes(models);
  log = createCheckpointLog(models);
});
afterAll(() => connection.destroy());

const message = (content: string): Message => ({
  id: newId(),
  role: 'user',
  content,
  status: 'completed',
  run_id: null,
  created_at: new Date().toISOString(),
});
const next = (threadId: string, content: string, run?: NewCheckpoint['run']): NewCheckpoint => ({
  projectId,
  threadId,
  source: run ? 'model' : 'update',
  ...(run ? { run } : {}),
  messages: [message(content)],
  metadata: {},
});
const at = (head: CheckpointDocument | null, base = head) => ({ head, base });
const EMPTY = at(null);

async function committed(threadId: string, content: string, position: Parameters<CheckpointLog['commit']>[0]) {
  const commit = await log.commit(position, next(threadId, content), 'fail');
  if (commit.kind === 'conflict') throw new Error('conflict');
  return commit.checkpoint;
}
const textsAt = async (checkpoint: CheckpointDocument) =>
  (await createThreadReader(log).at(checkpoint)).map(({ content }) => content);

describe('committing a checkpoint', () => {
  it('gives the version to one of many writers; the others are told of the conflict', async () => {
    const threadId = newId();
    const commits = await Promise.all(
      Array.from({ length: 10 }, (_, n) => log.commit(EMPTY, next(threadId, `w${n}`), 'fail')),
    );
    expect(commits.map(({ kind }) => kind).toSorted()).toEqual(['committed', ...Array(9).fill('conflict')]);
    expect(await log.newest(projectId, threadId, 10)).toHaveLength(1);
  });

  it('lets runs that lost a version go on at the next one, each continuing what was there', async () => {
    const threadId = newId();
    const runs = Array.from({ length: 10 }, () => ({ id: newId(), step: 1, attempt: 1 }));
    const commits = await Promise.all(runs.map((run, n) => log.commit(EMPTY, next(threadId, `w${n}`, run), 'rebase')));
    expect(new Set(commits.map(({ kind }) => kind))).toEqual(new Set(['committed']));
    const all = await log.newest(projectId, threadId, 100);
    expect(all.map(({ version, parent, fork }) => [version, parent, fork])).toEqual(
      Array.from({ length: 10 }, (_, n) => [10 - n, 9 - n, 0]),
    );
  });

  it('stores a step of a run once: whoever comes second adopts what is there', async () => {
    const threadId = newId();
    const id = newId();
    const first = await log.commit(EMPTY, next(threadId, 'first', { id, step: 1, attempt: 1 }), 'rebase');
    const second = await log.commit(EMPTY, next(threadId, 'second', { id, step: 1, attempt: 2 }), 'rebase');
    expect(second).toEqual({ ...first, kind: 'adopted' });
    const head = await log.head(projectId, threadId);
    const third = await log.commit(at(head), next(threadId, 'third', { id, step: 1, attempt: 3 }), 'rebase');
    expect(third).toEqual({ ...first, kind: 'adopted' });
    expect(await log.ofRun(projectId, id)).toHaveLength(1);
  });

  it('keeps a fork a fork when it has to take another version', async () => {
    const threadId = newId();
    const one = await committed(threadId, 'one', EMPTY);
    const two = await committed(threadId, 'two', at(one));
    const three = await committed(threadId, 'three', at(two));
    const run = { id: newId(), step: 0, attempt: 1 };
    const forked = await log.commit({ head: two, base: one }, next(threadId, 'fork', run), 'rebase');
    if (forked.kind === 'conflict') throw new Error('conflict');
    expect(forked.checkpoint).toMatchObject({ version: 4, parent: 1, fork: 4, ranges: [[1, 1]] });
    expect(await textsAt(forked.checkpoint)).toEqual(['one', 'fork']);
    const on = await committed(threadId, 'on', at(forked.checkpoint));
    expect(await textsAt(on)).toEqual(['one', 'fork', 'on']);
    expect(await textsAt(three)).toEqual(['one', 'two', 'three']);
    const root = await committed(threadId, 'anew', { head: on, base: null });
    expect(await textsAt(root)).toEqual(['anew']);
    const nested = await committed(threadId, 'nested', { head: root, base: on });
    expect(nested.ranges).toEqual([
      [1, 1],
      [4, 5],
    ]);
    expect(await textsAt(nested)).toEqual(['one', 'fork', 'on', 'nested']);
  });

  it('is seen by its own project only', async () => {
    const threadId = newId();
    const checkpoint = await committed(threadId, 'mine', EMPTY);
    const other = newId();
    expect(await log.head(other, threadId)).toBeNull();
    expect(await log.byId(other, threadId, checkpoint._id)).toBeNull();
    expect(await log.newest(other, threadId, 10)).toEqual([]);
    await log.removeOfThread(other, threadId);
    expect(await log.head(projectId, threadId)).toEqual(checkpoint);
  });
});
