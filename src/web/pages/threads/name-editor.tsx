import { useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { useThreadActions } from '../../api/threads.ts';
import type { Thread } from '../../api/types.ts';
import { Input } from '../../ui/field.tsx';

/** Renames in place: Enter and leaving keep, Escape does not. */
export function NameEditor({ thread, onDone }: { thread: Thread; onDone: () => void }) {
  const [name, setName] = useState(thread.name);
  const { change } = useThreadActions();
  const input = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  useEffect(() => {
    // After the menu that opened this has given the focus back.
    const timer = setTimeout(() => input.current?.select(), 0);
    return () => clearTimeout(timer);
  }, []);

  const leave = (keep: boolean) => {
    if (left.current) return;
    const next = name.trim();
    if (!keep || next === '' || next === thread.name) {
      left.current = true;
      onDone();
      return;
    }
    left.current = true;
    change.mutate(
      { threadId: thread.thread_id, body: { name: next } },
      { onSuccess: onDone, onError: () => (left.current = false) },
    );
  };
  return (
    <div className="relative min-w-0 flex-1">
      <Input
        ref={input}
        aria-label="Name of the thread"
        aria-invalid={change.isError}
        title={change.isError ? sentenceOf(change.error) : undefined}
        maxLength={200}
        value={name}
        className="pr-16 font-medium"
        onChange={(event) => setName(event.target.value)}
        onBlur={() => leave(true)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') leave(true);
          if (event.key === 'Escape') leave(false);
        }}
      />
      <span className="pointer-events-none absolute top-2.5 right-3 text-faint text-xs tabular-nums">
        {name.length}/200
      </span>
    </div>
  );
}
