import { z } from 'zod';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';
import { isOver, rejoinCursor, STREAM_RESPONSE, type StreamDeps, streamRun } from './stream-response.ts';

export const joinRunStream = (deps: StreamDeps): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'get',
      path: `${path}/stream`,
      tag: 'Runs',
      access: 'read',
      summary: 'Join or rejoin the stream of a run',
      description:
        'From the beginning, or after the event that `Last-Event-ID` (or `?after=`) names. Any number of viewers see the same. A finished run is replayed and ends at once; ' +
        'when its log has expired, a `snapshot` of what is stored comes instead.',
      params: runParams(path),
      query: z.strictObject({
        after: z
          .string()
          .max(64)
          .optional()
          .meta({ description: 'Id of the last event had, for clients that cannot set headers.', example: '1-17' }),
      }),
      requestHeaders: { 'Last-Event-ID': 'Id of the last event had.' },
      responses: { 200: STREAM_RESPONSE, 204: { description: 'The run has ended and the client has had everything.' } },
      problems: ['not_found', 'invalid_last_event_id', 'last_event_id_out_of_range'],
      async handler({ projectId, params, query, req, res }) {
        const run = await findRun(deps, projectId, params);
        const after = rejoinCursor(req, query.after);
        if (await isOver(deps, run, after)) return { status: 204 };
        return streamRun(deps, { req, res, run, after, fresh: false });
      },
    }),
  );
