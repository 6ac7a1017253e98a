import { fromMarkdown as parse } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { toString as plainText } from 'mdast-util-to-string';
import { gfmTable } from 'micromark-extension-gfm-table';
import type { Block, Extracted } from './extracted.ts';
import { markdownParts } from './markdown-parts.ts';

type Root = ReturnType<typeof parse>;
type Nodes = Root | Root['children'][number];

/** The text is the source itself, so that positions are those of the file. */
export function fromMarkdown(text: string): Extracted {
  const starts = markdownParts(text);
  const blocks: Block[] = [];
  for (const [index, start] of starts.entries()) {
    const options = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] };
    const root = parse(text.slice(start, starts[index + 1]), options);
    for (const block of blocksOf(root)) blocks.push({ ...block, start: block.start + start, end: block.end + start });
  }
  return { text, blocks };
}

/** Walked with a list of its own: how deep the nesting goes is the writer's choice. */
function blocksOf(root: Root): Block[] {
  const blocks: Block[] = [];
  const open: Nodes[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const block = toBlock(node);
    if (block) blocks.push(block);
    else if ('children' in node) open.push(...node.children.toReversed());
  }
  return blocks;
}

function toBlock(node: Nodes): Block | null {
  const start = node.position?.start.offset;
  const end = node.position?.end.offset;
  if (start === undefined || end === undefined) return null;
  switch (node.type) {
    case 'heading':
      return { kind: 'heading', start, end, level: node.depth, title: plainText(node).trim() };
    case 'paragraph':
    case 'html':
      return { kind: 'paragraph', start, end };
    case 'listItem':
      // One that holds more than a sentence or two is taken apart.
      return end - start <= WHOLE_ITEM && !holdsBlocks(node) ? { kind: 'list_item', start, end } : null;
    case 'tableRow':
      return { kind: 'table_row', start, end };
    case 'code':
      return { kind: 'code', start, end };
    default:
      return null;
  }
}

const WHOLE_ITEM = 400;
const holdsBlocks = (node: Nodes): boolean =>
  'children' in node && node.children.some(({ type }) => type === 'heading' || type === 'code' || type === 'table');
