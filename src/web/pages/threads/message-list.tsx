import { ThreadPrimitive, unstable_useThreadMessageIds as useThreadMessageIds } from '@assistant-ui/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { AnswerMessage } from './answer-message.tsx';
import { EditQuestion } from './edit-question.tsx';
import { QuestionMessage } from './question-message.tsx';
import { SystemMessage } from './system-message.tsx';

const COMPONENTS = {
  UserMessage: QuestionMessage,
  AssistantMessage: AnswerMessage,
  SystemMessage,
  UserEditComposer: EditQuestion,
};
const NEAR_END_PX = 120;

/** The messages: only those in view are drawn, and the end stays in view while it grows, unless the person has scrolled away. */
export function MessageList({
  older,
  onOlder,
  empty,
}: {
  /** `none`: these reach the beginning. */
  older: 'none' | 'more' | 'loading';
  onOlder: () => void;
  empty: ReactNode;
}) {
  const ids = useThreadMessageIds();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => ids[index] ?? index,
    estimateSize: () => 160,
    overscan: 4,
    paddingStart: 24,
    paddingEnd: 32,
    gap: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    useAnimationFrameWithResizeObserver: false,
  });
  const items = list.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;

  // A conversation opens at its end and stays there while sizes become known, until the person takes over.
  const pinned = useRef(true);
  const size = list.getTotalSize();
  useLayoutEffect(() => {
    if (pinned.current && size > 0) list.scrollToEnd();
  }, [size, list]);
  const takeOver = () => {
    pinned.current = false;
  };
  useEffect(() => {
    // Not while it still goes to its end, unless everything fits on the screen.
    const fits = size <= (scroller.current?.clientHeight ?? 0);
    if (older === 'more' && firstShown <= 2 && (!pinned.current || fits)) onOlder();
  }, [older, firstShown, size, onOlder]);

  const atEnd = list.isAtEnd(NEAR_END_PX);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        onWheel={takeOver}
        onTouchMove={takeOver}
        onPointerDown={takeOver}
        onKeyDown={takeOver}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
        tabIndex={0}
        role="log"
        aria-label="Messages"
        className="h-full overflow-y-auto overscroll-contain px-4 -outline-offset-2 sm:px-6 [overflow-anchor:none]"
      >
        {ids.length === 0 && empty}
        {older === 'loading' && (
          <div
            role="status"
            aria-label="Loading earlier messages"
            className="absolute inset-x-0 top-2 z-10 grid place-items-center"
          >
            <LoaderCircle className="size-4 animate-spin text-faint" />
          </div>
        )}
        <div className="relative mx-auto max-w-3xl" style={{ height: size }}>
          {items.map(({ index, key, start }) => (
            <div
              key={key}
              ref={list.measureElement}
              data-index={index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              <ThreadPrimitive.MessageByIndex index={index} components={COMPONENTS} />
            </div>
          ))}
        </div>
      </div>
      {!atEnd && ids.length > 0 && (
        <Button
          size="icon"
          aria-label="Scroll to the end"
          className="-translate-x-1/2 absolute bottom-3 left-1/2 animate-fade-in rounded-full shadow-pop"
          onClick={() => {
            pinned.current = true;
            list.scrollToEnd();
          }}
        >
          <ArrowDown />
        </Button>
      )}
    </div>
  );
}
