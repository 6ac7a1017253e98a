// Runs before `npm start`, `npm test` and `npm run check` (see package.json), on whatever Node npm runs on and without any package: plain JavaScript of Node 20.
// It installs the packages when they are missing or old, and says so; otherwise it is silent and takes a few milliseconds. Redis is installed where it is started
// (src/local/install-redis.ts), and only when it is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** Why the packages must be installed; null when they are as package-lock.json says. */
function staleness() {
  // npm writes down here what it has installed, as its last act: an installation that was cut off has none.
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'there are none';
  // The Node that runs Skein is itself a package, which gets its program by an install script.
  if (!existsSync(join(root, 'node_modules/.bin/node'))) return 'Node is missing';
  const wanted = read('package-lock.json').packages;
  const present = read('node_modules/.package-lock.json').packages;
  for (const [path, { version, optional, devOptional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const installed = present[path];
    // Optional packages are for other platforms, unless they are there.
    if (installed ? installed.version !== version : !(optional || devOptional))
      return `${path.replace('node_modules/', '')} changed`;
  }
  return null;
}

/** Adding a package by hand to package.json alone leads to errors far away, so it is said here. */
function checkLock() {
  const { dependencies, devDependencies } = read('package.json');
  const locked = read('package-lock.json').packages[''];
  for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies }))
    if ((locked.dependencies?.[name] ?? locked.devDependencies?.[name]) !== range)
      fail(`package-lock.json does not know ${name}@${range} of package.json. Run: npm install`);
}

/** npm links the commands of packages and not those of the repository itself; with this one `npx skein` starts at once. Elsewhere npx finds it by package.json. */
function linkCommand() {
  if (process.platform === 'win32') return;
  try {
    symlinkSync('../../bin/skein.mjs', join(root, 'node_modules/.bin/skein'));
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

checkLock();
const reason = staleness();
if (reason) {
  console.log(`setup: installing packages (${reason})`);
  // Not `npm ci`: it refuses a lock file that lacks an optional package of another platform, and the one of msgpackr-extract (used by bullmq) is not in every
  // registry. --no-save keeps package-lock.json as it is; what it names is what is installed.
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    // Windows finds npm (npm.cmd) only through a shell.
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail('npm install failed, see above');
  const still = staleness();
  if (still) fail(`the packages are not as package-lock.json says: ${still}`);
  console.log('setup: packages installed');
}
linkCommand();
