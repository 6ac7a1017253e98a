import type { Options } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import { ParsedMarkdown } from './parsed-markdown.tsx';

export const HighlightedBlock = ({ text }: { text: string }) => <ParsedMarkdown text={text} rehypePlugins={REHYPE} />;

const REHYPE: NonNullable<Options['rehypePlugins']> = [[rehypeHighlight, { detect: false }]];
