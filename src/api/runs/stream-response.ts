import type { Request, Response } from 'express';
import type { Run } from '../../shared/domain/run.ts';
import { isTerminal } from '../../shared/domain/run-status.ts';
import { type EventCursor, parseCursor } from '../../shared/domain/stream-event.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { runLocation } from './run-paths.ts';
import { createRunSource, progressOf, type RunSourceDeps } from './run-source.ts';

export type StreamDeps = RunSourceDeps & Pick<ApiDeps, 'streams' | 'hub'>;

/** For contracts of endpoints that stream. */
export const STREAM_RESPONSE = {
  description: 'The events of the run until `done`. See docs/streaming.md for their shapes and for how to rejoin.',
  contentType: 'text/event-stream',
  headers: {
    'Content-Location': 'Path of the run.',
    Location: 'Path at which the stream is rejoined with `Last-Event-ID`.',
  },
  example:
    'id: 1-1\nevent: text\ndata: {"message_id":"0190a3b4-0000-7000-8000-000000000005","offset":0,"delta":"84"}\n\n',
} as const;

/** Sends a run's events until it ends. @param fresh this request created the run. */
export async function streamRun(
  deps: StreamDeps,
  { req, res, run, after, fresh }: { req: Request; res: Response; run: Run; after: EventCursor | null; fresh: boolean },
): Promise<undefined> {
  res.set('Content-Location', runLocation(run));
  res.set('Location', `${runLocation(run)}/stream`);
  // A run with the thread to itself waits behind nobody: no need to ask.
  const progress =
    fresh && run.dispatch > 0 ? { status: run.status, usage: run.usage, position: null } : await progressOf(deps, run);
  await deps.streams.stream({
    req,
    res,
    runId: run.run_id,
    after,
    fresh,
    progress,
    source: createRunSource(deps, run.project_id, run.run_id),
  });
  return undefined;
}

/**
 * Has this client had everything of an ended run? Then 204 keeps it from coming back.
 * @throws AppError last_event_id_out_of_range where it is certain that nobody was given this cursor. A log that lost its end is no proof: the client gets a snapshot.
 */
export async function isOver(deps: StreamDeps, run: Run, after: EventCursor | null): Promise<boolean> {
  if (after === null) return false;
  const outOfRange = () =>
    new AppError('last_event_id_out_of_range', { detail: 'The cursor is beyond everything this run has said.' });
  // The end of a run that no worker executed is told under the number of an attempt that never was.
  if (after.attempt > run.attempt + 1) throw outOfRange();
  if (!isTerminal(run.status)) return false;
  const place = await deps.hub.placeOf(run.run_id, after);
  if (place === 'beyond') throw outOfRange();
  return place === 'end';
}

/** Cursor of a rejoin: `Last-Event-ID`, or `?after=` for clients that cannot set it. @throws AppError invalid_last_event_id */
export function rejoinCursor(req: Pick<Request, 'get'>, after: string | undefined): EventCursor | null {
  const text = req.get('last-event-id') ?? after;
  if (text === undefined) return null;
  const cursor = parseCursor(text);
  if (!cursor)
    throw new AppError('invalid_last_event_id', {
      detail: 'A cursor looks like "1-17": the id of an event of this stream.',
    });
  return cursor;
}
