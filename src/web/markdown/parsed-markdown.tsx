import { ImageOff } from 'lucide-react';
import ReactMarkdown, { type Components, type Options } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from './code-block.tsx';

/** HTML in answers is shown as text; only what Markdown itself can say becomes elements. */
export const ParsedMarkdown = ({
  text,
  rehypePlugins,
}: {
  text: string;
  rehypePlugins?: NonNullable<Options['rehypePlugins']>;
}) => (
  <ReactMarkdown remarkPlugins={REMARK} rehypePlugins={rehypePlugins ?? null} components={COMPONENTS}>
    {text}
  </ReactMarkdown>
);

const REMARK: Options['remarkPlugins'] = [remarkGfm];

const COMPONENTS: Components = {
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the keyboard too
    <section className="table-scroll" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
  input: ({ checked }) => (
    <input type="checkbox" disabled checked={checked === true} aria-label={checked ? 'Done' : 'To do'} />
  ),
  // A picture from elsewhere would tell its host who reads what; the policy of the page forbids it as well.
  img: ({ src, alt }) =>
    typeof src === 'string' && src.startsWith('data:image/') ? (
      <img src={src} alt={alt ?? ''} />
    ) : (
      <a href={String(src)} target="_blank" rel="noreferrer noopener" className="foreign-image">
        <ImageOff aria-hidden /> {alt || 'Picture'} <span>not loaded: {hostOf(String(src))}</span>
      </a>
    ),
};

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'unknown address';
  }
}
