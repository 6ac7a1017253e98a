import type { DocumentContent } from '../../shared/domain/document.ts';
import type { DocumentChunk } from '../../shared/mongo/document-models.ts';

type Text = Pick<DocumentContent, 'start' | 'end' | 'text' | 'sections'>;

/** The text that chunks were cut from, from `start` on: what one repeats of the one before is left out. @param chunks in order, without gaps */
export function joinChunks(
  chunks: readonly Pick<DocumentChunk, 'start' | 'end' | 'text' | 'heading' | 'page'>[],
  start: number,
  limit: number,
): Text {
  const sections: { heading: string[]; start: number; end: number; page: number | null }[] = [];
  const stop = start + limit;
  let text = '';
  let at = start;
  for (const chunk of chunks) {
    const from = Math.max(at, chunk.start);
    const to = Math.min(chunk.end, stop);
    if (to <= from) continue;
    text += chunk.text.slice(from - chunk.start, to - chunk.start);
    at = to;
    const last = sections.at(-1);
    const { heading, page } = chunk;
    if (last && last.page === page && JSON.stringify(last.heading) === JSON.stringify(heading)) last.end = to;
    else sections.push({ heading, start: from, end: to, page });
  }
  return { start, end: at, text, sections };
}
