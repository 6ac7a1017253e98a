import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import type { ChildSpec } from './child-spec.ts';

const PROBE_TIMEOUT_MS = 1000;

/**
 * Starts Redis in place of the shell ("exec"), beside a watcher that reads the standard input: nothing ever comes, but it ends when the parent is gone, and then
 * the watcher ends Redis. $$ is the shell's pid also in the watcher, and after "exec" it is that of Redis.
 */
const UNTIL_INPUT_ENDS = 'exec 3<&0; { cat <&3; kill -TERM $$; } >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';

export interface PrivateRedis {
  /** Path of redis-server or valkey-server. */
  readonly server: string;
  readonly port: number;
  /** Where it keeps its append-only file (synced every second); null keeps nothing. */
  readonly dir: string | null;
}

/** The command that runs a private Redis: loopback only, no password, never evicts (BullMQ needs that). It ends when its standard input ends. */
export function redisCommand({ server, port, dir }: PrivateRedis): { command: string; args: string[] } {
  const options = {
    port: String(port),
    bind: '127.0.0.1',
    dir: dir ?? '.',
    save: '',
    appendonly: dir ? 'yes' : 'no',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return { command: '/bin/sh', args: ['-c', UNTIL_INPUT_ENDS, 'sh', server, ...args] };
}

/** The private Redis as a part of local mode. Creates its directory. */
export function redisSpec(redis: PrivateRedis, env: Readonly<Record<string, string>>): ChildSpec {
  if (redis.dir) mkdirSync(redis.dir, { recursive: true });
  return {
    name: 'redis',
    ...redisCommand(redis),
    env,
    lifeline: 'stdin',
    ready: { kind: 'probe', answers: () => redisAnswers(redis.port) },
    shows: isRedisWarning,
  };
}

/** Whether a Redis on this machine takes commands; one that still loads its data does not. */
export async function redisAnswers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy(new Error('time-out')));
  try {
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return String(reply).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Said at every start and stop, or about a production machine's kernel. */
const USUAL =
  /oO0O|Redis version=|Valkey version=|Configuration loaded|Server initialized|overcommit|Received SIG|User requested|is now ready to exit|Warning: no config file/i;

/** Whether a line of Redis's log is of interest: warnings (marked #) that are not said every time, and what is not log format at all (start-up failures). */
export function isRedisWarning(line: string): boolean {
  const mark = /^\d+:[A-Z] \d+ \w+ \d{4} [\d:.]+ ([.\-*#])/.exec(line)?.[1];
  return line.trim() !== '' && (mark === undefined || mark === '#') && !USUAL.test(line);
}
