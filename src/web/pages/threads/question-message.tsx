import { ActionBarPrimitive, MessagePrimitive } from '@assistant-ui/react';
import { ImageOff, Pencil } from 'lucide-react';
import { useState } from 'react';
import { textOf } from '../../conversation/text-of.ts';
import { cn } from '../../ui/cn.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useConversationScope } from './conversation-scope.ts';
import { LazyVersionPicker } from './lazy-parts.tsx';
import { useTurn } from './use-turn.ts';

/** Longer texts are folded: a pasted file should not push the answer away. */
const FOLD_AT = 1200;

export function QuestionMessage() {
  const turn = useTurn();
  const { busy } = useConversationScope();
  const [message] = turn?.messages ?? [];
  if (!turn || !message) return null;
  return (
    <MessagePrimitive.Root className="group flex flex-col items-end">
      <div className="max-w-[88%] rounded-2xl rounded-br-md bg-muted px-4 py-2.5 text-[0.9375rem] leading-relaxed sm:max-w-[80%]">
        <MessagePrimitive.Parts components={PARTS} />
      </div>
      <div className="mt-1 flex h-7 items-center gap-0.5 opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
        <CopyButton text={() => turn.messages.map(({ content }) => textOf(content)).join('\n')} label="Copy message" />
        {!busy && (
          <ActionBarPrimitive.Edit asChild>
            <IconButton label="Edit message" hint="Edit and send again">
              <Pencil />
            </IconButton>
          </ActionBarPrimitive.Edit>
        )}
        {turn.runId !== null && <LazyVersionPicker runId={turn.runId} messageId={message.id} />}
      </div>
    </MessagePrimitive.Root>
  );
}

function Text({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const long = text.length > FOLD_AT || text.split('\n').length > 24;
  return (
    <>
      <p className={cn('whitespace-pre-wrap [overflow-wrap:anywhere]', long && !open && 'line-clamp-12')}>{text}</p>
      {long && (
        <button
          type="button"
          className="mt-1.5 font-medium text-accent text-xs"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Show less' : 'Show all'}
        </button>
      )}
    </>
  );
}

const Image = ({ image }: { image: string }) =>
  image.startsWith('data:image/') ? (
    <img src={image} alt="Sent with the message" className="my-1 max-h-72 rounded-lg" />
  ) : (
    <a
      href={image}
      target="_blank"
      rel="noreferrer noopener"
      className="my-1 flex items-center gap-2 text-sm underline underline-offset-2"
    >
      <ImageOff className="size-4 text-faint" aria-hidden /> Picture, not loaded
    </a>
  );

const PARTS = { Text, Image };
