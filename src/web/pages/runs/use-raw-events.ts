import { useEffect, useState } from 'react';
import { followRawEvents, type RawEvent } from './follow-raw-events.ts';

export interface RawEvents {
  readonly events: readonly RawEvent[];
  readonly state: 'open' | 'ended' | 'failed';
  readonly error: unknown;
}

const NONE: RawEvents = { events: [], state: 'open', error: null };

/** The events of a run while this is on the page. What comes within a frame is shown at once, so that a fast model costs one drawing for each frame. */
export function useRawEvents(runId: string): RawEvents {
  const [shown, setShown] = useState(NONE);
  useEffect(() => {
    setShown(NONE);
    const leaving = new AbortController();
    const waiting: RawEvent[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const more = waiting.splice(0);
      if (more.length > 0) setShown((before) => ({ ...before, events: [...before.events, ...more] }));
    };
    const end = (state: 'ended' | 'failed', error: unknown) => {
      if (leaving.signal.aborted) return;
      flush();
      setShown((before) => ({ ...before, state, error }));
    };
    followRawEvents(runId, leaving.signal, (event) => {
      waiting.push(event);
      frame ||= requestAnimationFrame(flush);
    }).then(
      () => end('ended', null),
      (error: unknown) => end('failed', error),
    );
    return () => {
      leaving.abort();
      cancelAnimationFrame(frame);
    };
  }, [runId]);
  return shown;
}
