import { lazy, memo, Suspense } from 'react';
import { splitBlocks } from './split-blocks.ts';

const load = () => import('./markdown-block.tsx');

/** The parser is a chunk of its own: a conversation is shown before it is there. */
const Block = lazy(() => load().then(({ MarkdownBlock }) => ({ default: MarkdownBlock })));

/** Gets the parser before the first answer needs it. */
export const preloadMarkdown = (): void => void load().catch(() => undefined);

/** Text of an answer. While it is written, blocks that are complete are not parsed again. */
export const Markdown = memo(function Markdown({ text, writing }: { text: string; writing: boolean }) {
  // Whole at the end: references between blocks then find each other.
  const blocks = writing ? splitBlocks(text) : [text];
  return (
    <div className="markdown">
      <Suspense
        fallback={
          <p className="whitespace-pre-wrap" data-arriving="">
            {text}
          </p>
        }
      >
        {blocks.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
          <Block key={index} text={block} />
        ))}
      </Suspense>
    </div>
  );
});
