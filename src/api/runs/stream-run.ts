import { type StartRunDeps, startRun } from '../../shared/runs/start-run.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS, CREATE_PATHS, CREATE_PROBLEMS, toRunInput } from './create-paths.ts';
import { STREAM_RESPONSE, type StreamDeps, streamRun as streamEvents } from './stream-response.ts';

export const streamRun = (deps: StartRunDeps & StreamDeps): Endpoint[] =>
  CREATE_PATHS.map(({ prefix, params, body }) =>
    defineEndpoint({
      method: 'post',
      path: `${prefix}/runs/stream`,
      tag: 'Runs',
      access: 'runs',
      summary: 'Start a run and stream it',
      description:
        'Server-Sent Events from the first token to `done`. The run goes on when the client leaves; rejoin at `Location` with `Last-Event-ID`, from anywhere. ' +
        'With a known Idempotency-Key the stream of that run is attached again.',
      params,
      body,
      requestHeaders: IDEMPOTENCY.requestHeaders,
      responses: { 200: { ...STREAM_RESPONSE, headers: { ...STREAM_RESPONSE.headers, ...CREATE_HEADERS } } },
      problems: CREATE_PROBLEMS,
      async handler({ projectId, params: path, body: input, req, res }) {
        const { run, replayed, headers } = await startRun(
          deps,
          projectId,
          toRunInput(path, input),
          idempotencyKey(req),
        );
        res.set(headers);
        return streamEvents(deps, { req, res, run, after: null, fresh: !replayed });
      },
    }),
  );
