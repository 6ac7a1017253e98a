import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from '../../src/local/free-ports.ts';
import { ensureRedisServer } from '../../src/local/install-redis.ts';
import { redisAnswers, redisCommand } from '../../src/local/redis.ts';
import { waitFor } from './wait-for.ts';

/** A Redis server of a test's own. It ends with the test process, however that ends. */
export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** Its pid: a signal sent there reaches Redis itself. */
  readonly pid: number;
  /** Sends the signal (default SIGKILL) and settles when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a private Redis and settles when it answers. Ends it with `kill`; a new one with the same `port` and `dir` is the same server started again.
 * @param options.port default a free one
 * @param options.dir where it keeps its data; default nothing is kept
 */
export async function startRedis(
  options: { readonly port?: number; readonly dir?: string } = {},
): Promise<RedisProcess> {
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const server = await ensureRedisServer((line) => process.stderr.write(`${line}\n`));
  const { command, args } = redisCommand({ server, port, dir: options.dir ?? null });
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.stdin?.on('error', () => undefined);
  const ended = once(child, 'exit');
  await waitFor(() => redisAnswers(port), { what: `redis answers on port ${port}`, timeoutMs: 10_000 });
  const { pid } = child;
  if (pid === undefined) throw new Error('redis did not start');
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}
