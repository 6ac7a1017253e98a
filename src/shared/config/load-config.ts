import { z } from 'zod';
import { type Env, envSchema } from './env-schema.ts';

export type Config = Readonly<Env>;

/** A setting is wrong; the message lists every problem, not the first only. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Settings from the environment: complete, checked and frozen. Empty variables count as unset (compose files write them so).
 * @throws ConfigError with all problems.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = envSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(`Bad configuration:\n${z.prettifyError(parsed.error)}`);
  const problems = crossChecks(parsed.data);
  if (problems.length > 0) throw new ConfigError(`Bad configuration:\n${problems.join('\n')}`);
  return Object.freeze(parsed.data);
}

function crossChecks(env: Env): string[] {
  const problems: string[] = [];
  if (env.NODE_ENV === 'production' && env.AUTH_MODE === 'none' && !env.ALLOW_NO_AUTH)
    problems.push(
      'AUTH_MODE=none gives everyone all data. In production put a gateway with its own keys in front and set ALLOW_NO_AUTH=true.',
    );
  if (env.WORKER_LOST_MS < 3 * env.HEARTBEAT_MS)
    problems.push('WORKER_LOST_MS must be at least three times HEARTBEAT_MS, or a busy worker loses its runs.');
  if (env.INTERACTIVE_SLOTS + env.BATCH_SLOTS === 0)
    problems.push('INTERACTIVE_SLOTS and BATCH_SLOTS are both 0: nothing would run.');
  return problems;
}
