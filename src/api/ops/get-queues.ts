import { queueReportSchema } from '../../shared/ops/queue-report.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleReport } from './example-report.ts';

export const getQueues = (deps: Pick<ApiDeps, 'queueWatch'>): Endpoint =>
  defineEndpoint({
    method: 'get',
    path: '/ops/queues',
    tag: 'Operations',
    access: 'ops',
    summary: 'See queues, workers and the last hour',
    description:
      'What waits and runs in each lane, who works, and by minute how runs ended, how long they waited and when the first token came. Made at most every 2 seconds, however many ask; ' +
      'where there is much to count, less often. Durations of 100 ms and more are rounded down to two digits. After a start of this process the series fills from its newest minute.',
    responses: { 200: { description: 'The report.', schema: queueReportSchema, example: exampleReport } },
    handler: async () => ({ status: 200, body: await deps.queueWatch.report() }),
  });
