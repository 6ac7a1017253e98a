import { existsSync } from 'node:fs';
import { styleText } from 'node:util';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import { formatLogLine, type Paint } from './format-log-line.ts';
import { startLocalMode } from './local-mode.ts';
import { readLocalSettings } from './local-settings.ts';
import { onStopRequest } from './on-stop-request.ts';
import { createSupervisor } from './supervisor.ts';

const NEEDED_NODE = 24;

// styleText looks at NO_COLOR, FORCE_COLOR and whether stdout is a terminal.
const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });
const show = (name: string, line: string): void => console.log(formatLogLine(name, line, paint, new Date()));
const tell = (level: 'info' | 'error', name: string, message: string): void =>
  show(name, JSON.stringify({ level: level === 'error' ? 50 : 30, msg: message }));

/** Starts local mode and settles when it was asked to stop and has. @returns the exit code */
async function main(): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE)
    throw new Error(`Skein needs Node ${NEEDED_NODE}; this is ${process.version}. Use npm start: it brings its own.`);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = readLocalSettings(process.env);

  const lock: DataDirLock = await lockDataDir(settings.dataDir);
  const supervisor = createSupervisor({ onLine: show, onEvent: tell, onPids: lock.setChildren });
  const stopRequested = onStopRequest(() => {
    supervisor.kill();
    lock.release();
    process.exit(130);
  });
  const stopping = new AbortController();
  try {
    const say = (message: string): void => tell('info', 'skein', message);
    say('starting');
    const started = startLocalMode({
      settings,
      env: process.env,
      supervisor,
      say,
      stopping: stopping.signal,
    });
    const first = await Promise.race([started, stopRequested]);
    if (first !== 'stop') {
      console.log(first);
      await stopRequested;
    }
    say('stopping; once more ends everything at once');
    return 0;
  } finally {
    stopping.abort();
    await supervisor.stop(settings.stopMs);
    lock.release();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(paint('red', error.message));
    process.exit(1);
  },
);
