import { beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks } from '../../support/skein.ts';
import { useAuthSkein, withKey } from '../auth/auth-support.ts';

const skein = useAuthSkein();

interface Result {
  readonly retried: { run_id: string; retry_id: string }[];
  readonly refused: { run_id: string; code: string }[];
  readonly next: string | null;
}

const state = {} as { mine: string; other: string; assistant: string; since: string; key: string };
beforeAll(async () => {
  const [mine, other] = [await skein.createProject(), await skein.createProject()];
  const { assistant_id } = await skein.admin<{ assistant_id: string }>('POST', '/assistants', { name: 'A' }, of(mine));
  const { key } = await skein.createKey(mine.project_id, ['ops']);
  Object.assign(state, { mine: mine.project_id, other: other.project_id, assistant: assistant_id, key });
});

const of = ({ project_id }: { project_id: string }) => ({ 'x-project-id': project_id });
const failing = () => asks({ steps: [[{ fault: { kind: 'status', status: 400 } }, { chunks: ['now it works'] }]] });
async function fail(lane: 'interactive' | 'batch' = 'interactive', project = state.mine, assistant = state.assistant) {
  const body = { assistant_id: assistant, input: failing(), lane };
  const run = await skein.admin<Run>('POST', '/runs/wait', body, of({ project_id: project }));
  expect(run.status).toBe('failed');
  return run.run_id;
}
const retry = async (body: object, key?: string) =>
  key === undefined
    ? skein.admin<Result>('POST', '/ops/runs/retry', body)
    : (await skein.send<Result>('POST', '/ops/runs/retry', body, withKey(key))).body;
const completed = async (runId: string) => {
  for (;;) {
    const run = await skein.admin<Run>('GET', `/runs/${runId}/join`, undefined, of({ project_id: state.mine }));
    if (run.status === 'completed') return run;
    expect(['queued', 'in_progress']).toContain(run.status);
  }
};
const now = () => new Date().toISOString();

describe('POST /ops/runs/retry', () => {
  it('runs the failed runs since then again, oldest first, and each once however often it is asked', async () => {
    const before = await fail();
    const since = now();
    const failed = [await fail(), await fail('batch')];
    await skein.admin(
      'POST',
      '/runs/wait',
      { assistant_id: state.assistant, input: asks({ tokens: 1 }) },
      of({ project_id: state.mine }),
    );
    const first = await retry({ since });
    expect(first.retried.map(({ run_id }) => run_id)).toEqual(failed);
    expect(first).toMatchObject({ refused: [], next: null });
    for (const { run_id, retry_id } of first.retried)
      expect(await completed(retry_id)).toMatchObject({ metadata: { retry_of: run_id } });
    expect(await retry({ since })).toEqual(first);
    expect(first.retried.map(({ run_id }) => run_id)).not.toContain(before);
  });

  it('goes page by page', async () => {
    const since = now();
    const failed = [await fail(), await fail(), await fail()];
    const first = await retry({ since, limit: 2 });
    expect(first.retried.map(({ run_id }) => run_id)).toEqual(failed.slice(0, 2));
    expect(first.next).toBe(failed[1]);
    const second = await retry({ since, limit: 2, after: first.next });
    expect(second.retried.map(({ run_id }) => run_id)).toEqual(failed.slice(2));
    expect(second.next).toBeNull();
  });

  it('takes those of a lane, of a code, of a status', async () => {
    const since = now();
    const [, batch] = [await fail(), await fail('batch')];
    expect((await retry({ since, status: ['expired', 'incomplete'] })).retried).toEqual([]);
    expect((await retry({ since, code: 'worker_lost' })).retried).toEqual([]);
    const { retried } = await retry({ since, lane: 'batch', code: 'model_rejected' });
    expect(retried.map(({ run_id }) => run_id)).toEqual([batch]);
  });

  it('reaches the own project only with a key of one, and any with the admin key', async () => {
    const since = now();
    const own = await fail();
    const { assistant_id } = await skein.admin<{ assistant_id: string }>(
      'POST',
      '/assistants',
      { name: 'B' },
      of({ project_id: state.other }),
    );
    const foreign = await fail('interactive', state.other, assistant_id);
    const mine = await retry({ since, project_id: state.other }, state.key);
    expect(mine.retried.map(({ run_id }) => run_id)).toEqual([own]);
    const theirs = await retry({ since, project_id: state.other });
    expect(theirs.retried.map(({ run_id }) => run_id)).toEqual([foreign]);
  });

  it('names what it could not run again, and goes on', async () => {
    const { assistant_id } = await skein.admin<{ assistant_id: string }>(
      'POST',
      '/assistants',
      { name: 'Gone' },
      of({ project_id: state.mine }),
    );
    const since = now();
    const lost = await fail('interactive', state.mine, assistant_id);
    const good = await fail();
    await skein.admin('DELETE', `/assistants/${assistant_id}`, undefined, of({ project_id: state.mine }));
    const result = await retry({ since });
    expect(result.refused).toEqual([{ run_id: lost, code: 'reference_not_found' }]);
    expect(result.retried.map(({ run_id }) => run_id)).toEqual([good]);
  });

  it('needs to know since when, and takes no status of a run that is not over', async () => {
    const send = (body: object) => skein.send('POST', '/ops/runs/retry', body, withKey(state.key));
    for (const body of [
      {},
      { since: 'yesterday' },
      { since: now(), status: ['completed'] },
      { since: now(), status: [] },
      { since: now(), limit: 101 },
    ])
      expect((await send(body)).status, JSON.stringify(body)).toBe(422);
  });
});
