import { z } from 'zod';
import { parseAllowList } from '../outbound/parse-allow-list.ts';
import { type Env, envSchema } from './env-schema.ts';

export type Config = Readonly<Env>;

/** A setting is wrong; the message lists every problem, not the first only. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Settings from the environment: complete, checked and frozen. Empty variables count as unset (compose files write them so).
 * @param role only the API answers requests, so a worker need not know the secrets of those who send them
 * @throws ConfigError with all problems.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, role: 'api' | 'worker' = 'api'): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = envSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(`Bad configuration:\n${z.prettifyError(parsed.error)}`);
  const problems = [...(role === 'api' ? accessChecks(parsed.data) : []), ...crossChecks(parsed.data)];
  if (problems.length > 0) throw new ConfigError(`Bad configuration:\n${problems.join('\n')}`);
  return Object.freeze(parsed.data);
}

function accessChecks(env: Env): string[] {
  switch (env.AUTH_MODE) {
    case 'none':
      if (env.NODE_ENV !== 'production') return [];
      return [
        'AUTH_MODE=none gives everyone all data, so it is refused in production. Behind a gateway that lets people in by itself, let the gateway add a key.',
      ];
    case 'api_key':
      if (env.ADMIN_KEY !== undefined) return [];
      return [
        'AUTH_MODE=api_key needs ADMIN_KEY, a secret of at least 24 characters. To try Skein on this machine without keys, set AUTH_MODE=none.',
      ];
  }
}

function crossChecks(env: Env): string[] {
  const problems: string[] = [];
  if (env.WORKER_LOST_MS < 3 * env.HEARTBEAT_MS)
    problems.push('WORKER_LOST_MS must be at least three times HEARTBEAT_MS, or a busy worker loses its runs.');
  if (env.INTERACTIVE_SLOTS + env.BATCH_SLOTS === 0)
    problems.push('INTERACTIVE_SLOTS and BATCH_SLOTS are both 0: nothing would run.');
  try {
    parseAllowList(env.OUTBOUND_ALLOW);
  } catch (error) {
    problems.push(`OUTBOUND_ALLOW: ${(error as Error).message}`);
  }
  return problems;
}
