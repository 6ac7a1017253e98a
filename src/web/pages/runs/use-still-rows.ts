import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Run } from '../../api/types.ts';

/**
 * Keeps what a person reads where it is when rows come in front of it. At the very top nothing is kept: there the newest are wanted.
 * @param height of each row
 */
export function useStillRows(box: RefObject<HTMLElement | null>, runs: readonly Run[], height: number): void {
  const before = useRef(runs);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = runs;
    const place = box.current;
    if (!place || old === runs || place.scrollTop < height) return;
    const at = Math.floor(place.scrollTop / height);
    const anchor = old[at]?.run_id;
    const now = anchor === undefined ? -1 : runs.findIndex(({ run_id }) => run_id === anchor);
    if (now > at) place.scrollTop += (now - at) * height;
  }, [box, runs, height]);
}
