import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/shared/config/load-config.ts';

const problemsOf = (env: Record<string, string>): string => {
  try {
    loadConfig({ AUTH_MODE: 'none', ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  return '';
};

describe('the configuration', () => {
  it('is complete without any setting but the one of access, and cannot be changed', () => {
    const config = loadConfig({ AUTH_MODE: 'none' });
    expect(config).toMatchObject({ PORT: 8123, HEARTBEAT_MS: 5000, WORKER_LOST_MS: 15_000, NODE_ENV: 'development' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for one that is not set, and numbers from text', () => {
    expect(loadConfig({ AUTH_MODE: 'none', PORT: '', HOST: '', INTERACTIVE_SLOTS: '7' })).toMatchObject({
      PORT: 8123,
      HOST: '127.0.0.1',
      INTERACTIVE_SLOTS: 7,
    });
  });

  it('tells all that is wrong at once', () => {
    const problems = problemsOf({ PORT: '99999', LOG_LEVEL: 'loud', SWEEP_MS: 'soon', REDIS_PREFIX: 'a:b' });
    for (const name of ['PORT', 'LOG_LEVEL', 'SWEEP_MS', 'REDIS_PREFIX']) expect(problems).toContain(name);
  });

  it('refuses what does not go together', () => {
    expect(problemsOf({ HEARTBEAT_MS: '5000', WORKER_LOST_MS: '14999' })).toContain('WORKER_LOST_MS');
    expect(problemsOf({ INTERACTIVE_SLOTS: '0', BATCH_SLOTS: '0' })).toContain('nothing would run');
    expect(problemsOf({ RATE_LIMIT_WINDOW_MS: '1500' })).toContain('RATE_LIMIT_WINDOW_MS');
  });

  it('refuses to run without keys in production, whatever else is set', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toContain('AUTH_MODE=none');
    expect(problemsOf({ NODE_ENV: 'production', ALLOW_NO_AUTH: 'true' })).toContain('AUTH_MODE=none');
  });

  it('asks for keys unless told otherwise, and then for the key of the operator', () => {
    const secret = 'x'.repeat(24);
    const config = loadConfig({ ADMIN_KEY: secret });
    expect(config).toMatchObject({ AUTH_MODE: 'api_key', ADMIN_KEY: secret, KEY_CACHE_MS: 10_000 });
    expect(config.KEY_SECRET).toBeUndefined();
    expect(problemsOf({ AUTH_MODE: 'api_key' })).toContain('ADMIN_KEY');
    expect(problemsOf({ AUTH_MODE: '', ADMIN_KEY: '' })).toContain('ADMIN_KEY');
    expect(problemsOf({ AUTH_MODE: 'api_key', ADMIN_KEY: 'x'.repeat(23) })).toContain('ADMIN_KEY');
    expect(problemsOf({ AUTH_MODE: 'api_key', ADMIN_KEY: `two words, ${secret}` })).toContain('ADMIN_KEY');
    expect(problemsOf({ AUTH_MODE: 'api_key', ADMIN_KEY: secret, KEY_SECRET: 'short' })).toContain('KEY_SECRET');
    expect(problemsOf({ AUTH_MODE: 'api_key', ADMIN_KEY: secret, NODE_ENV: 'production' })).toBe('');
  });

  it('does not tell what a secret is when it is too short', () => {
    expect(problemsOf({ AUTH_MODE: 'api_key', ADMIN_KEY: 'canary-of-the-admin' })).not.toContain('canary');
  });

  it('lets a worker go without the secrets of the API', () => {
    expect(loadConfig({ NODE_ENV: 'production' }, 'worker').ADMIN_KEY).toBeUndefined();
  });
});
