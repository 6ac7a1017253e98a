import { lazy, memo, Suspense } from 'react';
import { ParsedMarkdown } from './parsed-markdown.tsx';

/** A fence that names a language. */
const CODE = /^ *(`{3,}|~{3,}) *\w/m;

/** The grammars of the languages weigh as much as the parser: they come when there is code, which is shown without colours until then. */
const Highlighted = lazy(() =>
  import('./highlighted-block.tsx').then(({ HighlightedBlock }) => ({ default: HighlightedBlock })),
);

export const MarkdownBlock = memo(function MarkdownBlock({ text }: { text: string }) {
  const plain = <ParsedMarkdown text={text} />;
  return CODE.test(text) ? (
    <Suspense fallback={plain}>
      <Highlighted text={text} />
    </Suspense>
  ) : (
    plain
  );
});
