import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const PART_CHARACTERS = 64 * 1024;
/** A reader that takes nothing for this long is cut off. */
const DRAIN_MS = 30_000;

/**
 * Answers with one line of JSON for each value, no faster than they are taken. The first value is made before the answer begins, so that a failure there has a status; one that comes later breaks
 * the connection, because a clean end would be taken for the whole.
 * To a `HEAD` it sends the headers only.
 * @throws what making the values throws
 */
export async function sendLines(res: ServerResponse, values: AsyncIterable<unknown>): Promise<void> {
  if (res.req.method === 'HEAD') {
    begin(res);
    res.end();
    return;
  }
  let text = '';
  for await (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < PART_CHARACTERS) continue;
    begin(res);
    if (!res.write(text)) await drained(res);
    text = '';
    if (res.destroyed) return;
  }
  begin(res);
  res.end(text);
}

function begin(res: ServerResponse): void {
  if (!res.headersSent)
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8', 'Cache-Control': 'no-store' });
}

async function drained(res: ServerResponse): Promise<void> {
  if (res.destroyed) return;
  const timer = setTimeout(() => res.destroy(), DRAIN_MS);
  const left = new AbortController();
  try {
    await Promise.race([once(res, 'drain', { signal: left.signal }), once(res, 'close', { signal: left.signal })]);
  } finally {
    clearTimeout(timer);
    left.abort();
  }
}
