import { z } from 'zod';
import { laneSchema } from '../../shared/domain/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';

const stateSchema = z.object({ lane: laneSchema, paused: z.boolean() }).meta({ id: 'LaneState' });

const VARIANTS = [
  {
    action: 'pause',
    paused: true,
    summary: 'Pause a lane',
    description:
      'Workers start no further run of the lane; those under way go on. Runs are accepted as before and wait; one that waits for longer than a day expires. Safe to repeat. The pause is stored: ' +
      'it outlives restarts, and a Redis that lost everything is told again by the next sweep of a worker (runs may start in these few seconds).',
  },
  {
    action: 'resume',
    paused: false,
    summary: 'Resume a lane',
    description: 'Workers start the waiting runs of the lane again. Safe to repeat.',
  },
] as const;

export const pauseLane = (deps: Pick<ApiDeps, 'laneSwitch' | 'queueWatch'>): Endpoint[] =>
  VARIANTS.map(({ action, paused, summary, description }) =>
    defineEndpoint({
      method: 'post',
      path: `/ops/lanes/{lane}/${action}`,
      tag: 'Operations',
      access: 'ops',
      summary,
      description,
      params: z.object({ lane: laneSchema }),
      responses: {
        200: { description: 'Done.', schema: stateSchema, example: { lane: 'batch', paused } },
        202: {
          description: 'Stored; Redis is away, and is told when it is back.',
          schema: stateSchema,
          example: { lane: 'batch', paused },
        },
      },
      async handler({ params: { lane } }) {
        const told = await deps.laneSwitch.set(lane, paused);
        deps.queueWatch.forget();
        return { status: told ? 200 : 202, body: { lane, paused } };
      },
    }),
  );
