// Builds the web page (src/web → dist/web) when it is missing or older than what it is made of; otherwise it takes a few milliseconds. `npm start` runs it, and
// with --force it always builds. The new one takes the place of the old one at once, so a server that runs never sees half of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { LIMITS, measureWeb } from './web-size.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src/web');
const target = join(root, 'dist/web');

/** The newest change below a path; a folder counts too, because it changes when a file in it is removed. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  // Types are made by `npm run check`, and nothing that runs depends on them.
  if (!stat || path.endsWith('.d.ts')) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const own = path.endsWith(join('web', 'api')) ? 0 : stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), own);
}

function isFresh() {
  const built = statSync(join(target, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built > Math.max(newest(source), newest(join(root, 'package-lock.json')));
}

async function build() {
  const started = Date.now();
  const fresh = `${target}-${process.pid}`;
  const { build: viteBuild } = await import('vite');
  await viteBuild({
    configFile: join(source, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: fresh },
  });
  const { initial, conversation } = measureWeb(fresh);
  if (initial > LIMITS.initial || conversation > LIMITS.conversation) {
    rmSync(fresh, { recursive: true });
    throw new Error(
      `too much JavaScript, compressed, before something shows: ${initial} of ${LIMITS.initial} bytes, ${conversation} of ${LIMITS.conversation} with a conversation`,
    );
  }
  compressTexts(fresh);
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(
    `web: built in ${((Date.now() - started) / 1000).toFixed(1)} s; JavaScript ${kB(initial)} compressed, ${kB(conversation)} with a conversation open`,
  );
}

/** A compressed copy beside each text file, which the API sends to whoever takes it. */
function compressTexts(directory) {
  for (const entry of readdirSync(directory, { recursive: true })) {
    if (!/\.(js|css|svg)$/.test(entry)) continue;
    const path = join(directory, entry);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

if (process.argv.includes('--force') || !existsSync(target) || !isFresh()) {
  try {
    await build();
  } catch (error) {
    console.error(`web: the page could not be built: ${error.message}`);
    process.exit(1);
  }
}
