import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleReport } from './example-report.ts';
import { queuesFrame } from './queue-streams.ts';

export const streamQueues = (deps: Pick<ApiDeps, 'queueWatch' | 'queueStreams'>): Endpoint =>
  defineEndpoint({
    method: 'get',
    path: '/ops/queues/stream',
    tag: 'Operations',
    access: 'ops',
    summary: 'Watch the queues',
    description:
      'Server-Sent Events without an end: `queues` with the report of `GET /ops/queues`, at once and every 2 seconds. Each event is the whole; a reader that is slow misses some.',
    responses: {
      200: {
        description: 'The reports.',
        contentType: 'text/event-stream',
        example: queuesFrame(exampleReport),
      },
    },
    async handler({ req, res }) {
      // Asked before the answer begins, so that a database that is away is a 503 and not a silent stream.
      await deps.queueStreams.open(req, res, await deps.queueWatch.report());
      return undefined;
    },
  });
