import { isValidElement, type ReactNode, useRef } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';

/** Code with its language and a button that copies it. Long lines scroll inside. */
export function CodeBlock({ children }: { children: ReactNode }) {
  const pre = useRef<HTMLPreElement>(null);
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{languageOf(children) ?? 'text'}</span>
        <CopyButton text={() => pre.current?.textContent ?? ''} label="Copy code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled with the keyboard too */}
      <pre ref={pre} tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}

function languageOf(children: ReactNode): string | undefined {
  if (!isValidElement<{ className?: string }>(children)) return undefined;
  return /language-(\S+)/.exec(children.props.className ?? '')?.[1];
}
