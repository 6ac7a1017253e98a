import { beforeAll, describe, expect, it } from 'vitest';
import { asks } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from '../auth/auth-support.ts';

const skein = useAuthSkein();

interface Row {
  readonly day: string | null;
  readonly project_id: string | null;
  readonly assistant_id: string | null;
  readonly model: string | null;
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  readonly total_tokens: number;
}

const state = {} as { mine: string; other: string; key: string; assistants: string[]; tokens: number };

beforeAll(async () => {
  const [mine, other] = [await skein.createProject(), await skein.createProject()];
  const { key } = await skein.createKey(mine.project_id, ['runs']);
  const assistants: string[] = [];
  let tokens = 0;
  for (const project of [mine, mine, other]) {
    const headers = { 'x-project-id': project.project_id };
    const post = <T>(path: string, body: object) => skein.admin<T>('POST', path, body, headers);
    const { assistant_id } = await post<{ assistant_id: string }>('/assistants', { name: 'A' });
    assistants.push(assistant_id);
    for (const input of [asks({ tokens: 4 }), asks({ fault: { kind: 'status', status: 400 } })]) {
      const run = await post<{ usage: { total_tokens: number } }>('/runs/wait', { assistant_id, input });
      if (project === mine) tokens += run.usage.total_tokens;
    }
  }
  Object.assign(state, { mine: mine.project_id, other: other.project_id, key, assistants, tokens });
});

const usage = async (query = '', headers: Record<string, string> = withKey(state.key)) =>
  skein.send<Row[]>('GET', `/usage${query}`, undefined, headers);
/** What is counted live may be some seconds old. */
const usageWith = (runs: number, query = '', headers?: Record<string, string>) =>
  waitFor(
    async () => {
      const { body } = await usage(query, headers);
      return body.reduce((sum, row) => sum + row.runs, 0) === runs && body;
    },
    { what: `${runs} runs` },
  );

describe('GET /usage', () => {
  it('shows a key the runs and tokens of its project, by day unless asked otherwise', async () => {
    expect(await usageWith(4)).toEqual([
      {
        day: new Date().toISOString().slice(0, 10),
        project_id: state.mine,
        assistant_id: null,
        model: null,
        lane: null,
        runs: 4,
        completed: 2,
        failed: 2,
        cancelled: 0,
        expired: 0,
        incomplete: 0,
        prompt_tokens: expect.any(Number),
        completion_tokens: 8,
        total_tokens: state.tokens,
      },
    ]);
    const byAssistant = await usageWith(4, '?group_by=assistant,model,lane');
    expect(byAssistant.map((row) => row.assistant_id).toSorted()).toEqual(state.assistants.slice(0, 2).toSorted());
    expect(byAssistant).toMatchObject([
      { day: null, model: 'default', lane: 'interactive', runs: 2 },
      { day: null, runs: 2 },
    ]);
    expect((await usage(`?group_by=project`, { ...withKey(state.key), 'x-project-id': state.other })).body).toEqual([
      expect.objectContaining({ project_id: state.mine, runs: 4 }),
    ]);
  });

  it('shows the operator all projects, or the one that is named', async () => {
    const all = await usageWith(6, '?group_by=project', withKey(ADMIN_KEY));
    expect(all.map(({ project_id, runs }) => [project_id, runs])).toEqual([
      [state.mine, 4],
      [state.other, 2],
    ]);
    expect(await usageWith(6, '', withKey(ADMIN_KEY))).toMatchObject([{ project_id: null, runs: 6 }]);
    const named = { ...withKey(ADMIN_KEY), 'x-project-id': state.other };
    expect(await usageWith(2, '', named)).toMatchObject([{ project_id: state.other, runs: 2 }]);
  });

  it('still counts the runs of a thread that was deleted', async () => {
    const { body: threads } = await skein.send<{ thread_id: string }[]>(
      'GET',
      '/threads',
      undefined,
      withKey(state.key),
    );
    expect(threads).toEqual([]);
    const headers = withKey(state.key);
    const body = { name: 'T', assistant_id: state.assistants[0] };
    const { thread_id } = (await skein.send<{ thread_id: string }>('POST', '/threads', body, headers)).body;
    await skein.send('POST', '/runs/wait', { thread_id, input: asks({ tokens: 1 }) }, headers);
    await usageWith(5);
    expect((await skein.send('DELETE', `/threads/${thread_id}`, undefined, headers)).status).toBe(204);
    expect((await skein.send('GET', `/runs?thread_id=${thread_id}`, undefined, headers)).body).toEqual([]);
    await usageWith(5);
  });

  it('goes page by page', async () => {
    const first = await usage('?group_by=assistant&limit=1');
    const next = first.headers.get('x-pagination-next');
    expect(first.body).toHaveLength(1);
    const second = await usage(`?group_by=assistant&limit=1&cursor=${next}`);
    expect(new Set([...first.body, ...second.body].map((row) => row.assistant_id)).size).toBe(2);
    expect(second.headers.get('x-pagination-next')).toBeNull();
  });

  it('refuses ranges and groups that make no sense', async () => {
    for (const query of [
      '?from=2026-02-01&to=2026-01-31',
      '?from=2020-01-01&to=2026-01-31',
      '?from=yesterday',
      '?from=2026-02-30',
      '?group_by=user',
      '?group_by=',
      '?group_by[$ne]=day',
    ])
      expect(await usage(query), query).toMatchObject({ status: 422 });
  });
});
