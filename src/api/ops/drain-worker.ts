import { z } from 'zod';
import { notFound } from '../../shared/errors/app-error.ts';
import { workerStateSchema } from '../../shared/ops/queue-report.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleReport } from './example-report.ts';

const VARIANTS = [
  {
    action: 'drain',
    draining: true,
    summary: 'Drain a worker',
    description:
      'It takes no further run; those it has go on to their end, and are handed on at once when it gets SIGTERM. Told by pub/sub, and found by its next heartbeat in any case. The wish belongs to this ' +
      'process: a worker that is started again has another id and takes runs. Safe to repeat.',
  },
  {
    action: 'undrain',
    draining: false,
    summary: 'Let a worker take runs again',
    description: 'The end of a drain. Safe to repeat.',
  },
] as const;

export const drainWorker = (deps: Pick<ApiDeps, 'workerSwitch' | 'queueWatch'>): Endpoint[] =>
  VARIANTS.map(({ action, draining, summary, description }) =>
    defineEndpoint({
      method: 'post',
      path: `/ops/workers/{worker}/${action}`,
      tag: 'Operations',
      access: 'ops',
      summary,
      description,
      params: z.object({
        worker: z
          .string()
          .regex(/^[\w.-]{1,200}$/)
          .meta({ description: '`worker_id` of `GET /ops/queues`.' }),
      }),
      responses: {
        200: {
          description: 'Stored and told. `alive` says whether anybody listens.',
          schema: workerStateSchema,
          example: { ...exampleReport.workers[0], draining },
        },
      },
      problems: ['not_found'],
      async handler({ params: { worker } }) {
        const state = await deps.workerSwitch.set(worker, draining);
        if (!state) throw notFound('worker');
        deps.queueWatch.forget();
        return { status: 200, body: state };
      },
    }),
  );
