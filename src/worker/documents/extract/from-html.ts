import { Parser } from 'htmlparser2';
import type { Block, Extracted } from './extracted.ts';
import { createTextBuilder } from './text-builder.ts';

/** Nothing of these is text for a reader. */
const SKIPPED: ReadonlySet<string> = new Set([
  ...['script', 'style', 'noscript', 'template', 'svg', 'head', 'iframe', 'object', 'nav'],
  ...['select', 'button', 'textarea'],
]);
const CELLS: ReadonlySet<string> = new Set(['td', 'th']);
const KINDS: ReadonlyMap<string, Block['kind']> = new Map([
  ['li', 'list_item'],
  ['tr', 'table_row'],
  ['pre', 'code'],
  ...(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const).map((name) => [name, 'heading'] as const),
]);
const BLOCKS: ReadonlySet<string> = new Set([
  ...['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'aside', 'body', 'blockquote', 'address'],
  ...['ul', 'ol', 'dl', 'dt', 'dd', 'table', 'thead', 'tbody', 'tfoot', 'caption', 'figure', 'figcaption'],
  ...['form', 'fieldset', 'details', 'summary', 'hr'],
  ...KINDS.keys(),
]);

/** What a browser would show, block by block. The parser calls back for each tag, so that neither depth nor errors of the markup matter. */
export function fromHtml(html: string): Extracted {
  const builder = createTextBuilder();
  /** Names of the open blocks that say of what kind the text in them is. */
  const kinds: string[] = [];
  let skipping = 0;
  let text = '';

  function flush(): void {
    const name = kinds.at(-1) ?? '';
    const kind = KINDS.get(name) ?? 'paragraph';
    if (kind === 'heading') builder.add(kind, squeeze(text), { level: Number(name.slice(1)) });
    else builder.add(kind, kind === 'code' ? text : squeeze(text));
    text = '';
  }

  const parser = new Parser(
    {
      onopentagname(name) {
        if (SKIPPED.has(name)) skipping += 1;
        else if (name === 'br') text += '\n';
        else if (CELLS.has(name)) text += text.trim() === '' ? '' : ' | ';
        // A paragraph inside a list item or a cell belongs to it.
        else if (BLOCKS.has(name) && !(kinds.length > 0 && (name === 'p' || name === 'div'))) flush();
        if (KINDS.has(name)) kinds.push(name);
      },
      ontext(data) {
        if (skipping === 0) text += data;
      },
      onclosetag(name) {
        if (SKIPPED.has(name)) skipping = Math.max(0, skipping - 1);
        else if (KINDS.has(name)) {
          flush();
          const at = kinds.lastIndexOf(name);
          if (at !== -1) kinds.splice(at);
        } else if (BLOCKS.has(name)) {
          if (kinds.length === 0) flush();
          else text += '\n';
        }
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  flush();
  return builder.build();
}

const squeeze = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n\s*/g, '\n')
    .replace(/\n+/g, ' ')
    .trim();
