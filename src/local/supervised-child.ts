import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSpec } from './child-spec.ts';
import { restartDelay } from './restart-delay.ts';

const PROBE_EVERY_MS = 50;
/** A part that worked this long has recovered: its next death counts as the first. */
const RECOVERED_MS = 10_000;

/** A part of local mode did not start. */
export class ChildStartError extends Error {
  override readonly name = 'ChildStartError';
}

/** A process that is kept alive. */
export interface SupervisedChild {
  readonly name: string;
  /** Null while it is down. */
  pid(): number | null;
  /**
   * Starts it and settles when it is ready; from then on it is started again, with back-off, whenever it ends.
   * @throws ChildStartError when it ends before it was ready once, or is not ready within `timeoutMs`.
   */
  start(timeoutMs: number): Promise<void>;
  /** SIGTERM, and SIGKILL after `graceMs`; settles when it is gone. It is not started again. */
  stop(graceMs: number): Promise<void>;
}

export interface SupervisedChildDeps {
  readonly spec: ChildSpec;
  /** Gets every line the process prints (both streams) that the spec shows. */
  readonly onLine: (line: string) => void;
  /** Gets what happens to the process, for a person. */
  readonly onEvent: (level: 'info' | 'error', message: string) => void;
  /** Called when the process was started. */
  readonly onSpawn: () => void;
}

interface Life {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
}

/** Keeps one process alive; see SupervisedChild. */
export function createSupervisedChild({ spec, onLine, onEvent, onSpawn }: SupervisedChildDeps): SupervisedChild {
  const stopping = new AbortController();
  let life: Life | null = null;

  const begin = (): Life => {
    const fresh = beginLife(spec, onLine);
    life = fresh;
    void fresh.ended.then(() => {
      if (life === fresh) life = null;
    });
    onSpawn();
    return fresh;
  };

  const keepAlive = async (first: Life): Promise<void> => {
    let current = first;
    let deaths = 0;
    while (true) {
      const readyAt = await current.ready.then(
        () => Date.now(),
        () => null,
      );
      if (readyAt !== null && deaths > 0) onEvent('info', 'is back');
      const how = await current.ended;
      if (stopping.signal.aborted) return;
      deaths = readyAt !== null && Date.now() - readyAt > RECOVERED_MS ? 1 : deaths + 1;
      const pause = restartDelay(deaths);
      onEvent('error', `${how}; starting it again in ${pause / 1000} s`);
      try {
        await delay(pause, undefined, { signal: stopping.signal });
      } catch {
        return;
      }
      if (stopping.signal.aborted) return;
      current = begin();
    }
  };

  return {
    name: spec.name,
    pid: () => life?.process.pid ?? null,
    async start(timeoutMs) {
      const first = begin();
      const waiting = new AbortController();
      try {
        await Promise.race([
          first.ready,
          delay(timeoutMs, undefined, { signal: waiting.signal }).then(() => {
            throw new ChildStartError(`${spec.name} was not ready within ${timeoutMs / 1000} s`);
          }),
        ]);
      } finally {
        waiting.abort();
      }
      void keepAlive(first);
    },
    async stop(graceMs) {
      stopping.abort();
      if (!life) return;
      const { process: running, ended } = life;
      running.kill('SIGTERM');
      const timer = setTimeout(() => {
        onEvent('error', `did not stop within ${graceMs / 1000} s and is killed`);
        running.kill('SIGKILL');
      }, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function beginLife(spec: ChildSpec, onLine: (line: string) => void): Life {
  // A session of its own: Ctrl-C in the terminal reaches the supervisor only, which then stops the parts in the right order.
  const child = spawn(spec.command, [...spec.args], {
    detached: true,
    env: { ...spec.env },
    stdio: spec.lifeline === 'ipc' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
  });
  // Writing is never tried; the pipe only has an end, which the other side notices.
  child.stdin?.on('error', () => undefined);

  const ended = Promise.withResolvers<string>();
  child.once('exit', (code, signal) => ended.resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  child.once('error', (error) => ended.resolve(`could not be started: ${error.message}`));

  const ready = Promise.withResolvers<void>();
  void ended.promise.then((how) => ready.reject(new ChildStartError(`${spec.name} ${how} before it was ready`)));
  // Whoever waits for it gets the failure; a restart that fails is told by `ended`.
  ready.promise.catch(() => undefined);

  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (spec.ready.kind === 'line' && spec.ready.matches(line)) ready.resolve();
      if (spec.shows?.(line) ?? true) onLine(line);
    });
  }
  child.on('message', (message) => {
    if (spec.ready.kind === 'message' && message === spec.ready.text) ready.resolve();
  });
  if (spec.ready.kind === 'probe') void probe(spec.ready.answers, ready.resolve, ended.promise);
  return { process: child, ready: ready.promise, ended: ended.promise };
}

async function probe(answers: () => Promise<boolean>, resolve: () => void, ended: Promise<unknown>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    if (await answers()) return resolve();
    await delay(PROBE_EVERY_MS);
  }
}
