import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';

export const getMetrics = (deps: Pick<ApiDeps, 'registry'>): Endpoint =>
  defineEndpoint({
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    access: 'ops',
    summary: 'Get the metrics of this process',
    description:
      'In the text format of Prometheus. Requests and streams are those of this API process; `skein_queue_…` and `skein_workers` are of the whole installation. Workers have their own at `METRICS_PORT`. ' +
      'docs/operations.md explains each.',
    responses: {
      200: {
        description: 'The metrics.',
        contentType: 'text/plain',
        example: '# TYPE skein_queue_waiting_runs gauge\nskein_queue_waiting_runs{lane="interactive"} 3\n',
      },
    },
    async handler({ res }) {
      const { registry } = deps;
      // The version of the format is a parameter of the type.
      res.status(200).set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' });
      res.end(await registry.metrics());
      return undefined;
    },
  });
