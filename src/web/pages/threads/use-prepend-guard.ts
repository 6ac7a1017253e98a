import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** A browser that scrolls at the same moment may write its old position over the corrected one; later frames show it. */
const FRAMES = 5;

/**
 * Keeps the place when earlier messages are put in front. The virtualizer corrects the scroll position once; when the browser was scrolling just then, the correction can
 * get lost and the view jumps over a whole page. This looks at the frames after it and puts the view back.
 */
export function usePrependGuard(
  list: Virtualizer<HTMLDivElement, Element>,
  scroller: RefObject<HTMLDivElement | null>,
  ids: readonly string[],
  /** The view is held at its end: there is no other place to keep. */
  pinned: RefObject<boolean>,
): void {
  /** The row at the top of the view, as it was when it was last drawn, and how far below the top it began. */
  const place = useRef<{ id: string; top: number } | null>(null);
  const seenFirst = useRef<string | undefined>(undefined);

  useLayoutEffect(() => {
    const before = seenFirst.current;
    seenFirst.current = ids[0];
    const kept = place.current;
    if (pinned.current || before === undefined || before === ids[0] || !kept || !ids.includes(before)) return;
    let frames = FRAMES;
    let handle = requestAnimationFrame(function look() {
      const box = scroller.current;
      const start = list.getOffsetForIndex(ids.indexOf(kept.id), 'start')?.[0];
      if (box && start !== undefined && Math.abs(start - box.scrollTop - kept.top) > box.clientHeight)
        list.scrollToOffset(start - kept.top);
      if (--frames > 0) handle = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(handle);
  }, [ids, list, scroller, pinned]);

  useEffect(() => {
    const top = list.scrollOffset ?? 0;
    const row = list.getVirtualItems().find(({ end }) => end > top);
    const id = row && ids[row.index];
    if (row && id !== undefined) place.current = { id, top: row.start - top };
  });
}
