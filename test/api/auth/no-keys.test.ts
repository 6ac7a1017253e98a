import { describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../src/api/api-deps.ts';
import { createEndpoints } from '../../../src/api/endpoints.ts';
import { DEFAULT_PROJECT_ID, newId } from '../../../src/shared/domain/ids.ts';
import { useSkein } from '../../support/skein.ts';

const skein = useSkein({ workers: 0 });

describe('with AUTH_MODE=none', () => {
  it('everyone is the default project, whatever key or project a request names', async () => {
    const headers = { 'x-api-key': 'anything', 'x-project-id': newId() };
    const answer = await skein.send<{ project_id: string }>('POST', '/assistants', { name: 'A' }, headers);
    expect([answer.status, answer.body.project_id]).toEqual([201, DEFAULT_PROJECT_ID]);
    expect((await skein.send('GET', '/ops/queues')).status).toBe(200);
  });

  it('there are no projects and keys to manage', async () => {
    const managing = createEndpoints({} as ApiDeps).filter(({ contract }) => contract.access === 'admin');
    expect(managing.length).toBeGreaterThan(7);
    for (const { contract } of managing) {
      const path = contract.path.replaceAll(/\{\w+\}/g, newId());
      const answer = await skein.send<{ code: string }>(contract.method.toUpperCase(), path);
      expect([answer.status, answer.body.code], `${contract.method} ${path}`).toEqual([403, 'keys_disabled']);
    }
  });
});
