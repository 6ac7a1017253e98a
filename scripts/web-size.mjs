import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Most JavaScript, compressed, that a browser needs before it shows something: anywhere, and at the heaviest address, which is a conversation's. */
export const LIMITS = { initial: 250_000, conversation: 255_000 };

/**
 * Compressed bytes of JavaScript that are loaded before anything shows, from the build's manifest: the entry and all it imports, and for the heaviest
 * address (an open conversation) the chunks of its route as well.
 */
export function measureWeb(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, '.vite/manifest.json'), 'utf8'));
  const closure = (keys, seen = new Set()) => {
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      closure(manifest[key].imports ?? [], seen);
    }
    return seen;
  };
  const bytes = (keys) =>
    [...closure(keys)].reduce(
      (sum, key) => sum + gzipSync(readFileSync(join(directory, manifest[key].file))).length,
      0,
    );
  const pages = ['pages/threads/threads-page.tsx', 'pages/threads/conversation-page.tsx'];
  return { initial: bytes(['index.html']), conversation: bytes(['index.html', ...pages]) };
}
