import { ComposerPrimitive } from '@assistant-ui/react';
import { Button } from '../../ui/button.tsx';

/** In the place of a question: the same words, to be changed. */
export const EditQuestion = () => (
  <ComposerPrimitive.Root className="rounded-2xl border border-ring bg-raised p-3 shadow-xs">
    <ComposerPrimitive.Input
      autoFocus
      aria-label="Edit message"
      maxRows={16}
      className="w-full resize-none bg-transparent px-1 text-[0.9375rem] leading-relaxed outline-none"
    />
    <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
      <p className="px-1 text-faint text-xs">The earlier version stays in the history.</p>
      <div className="flex gap-2">
        <ComposerPrimitive.Cancel asChild>
          <Button size="sm">Cancel</Button>
        </ComposerPrimitive.Cancel>
        <ComposerPrimitive.Send asChild>
          <Button size="sm" variant="primary" type="submit">
            Send
          </Button>
        </ComposerPrimitive.Send>
      </div>
    </div>
  </ComposerPrimitive.Root>
);
