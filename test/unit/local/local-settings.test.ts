import { describe, expect, it } from 'vitest';
import { readLocalSettings } from '../../../src/local/local-settings.ts';

describe('readLocalSettings', () => {
  it('needs nothing', () => {
    expect(readLocalSettings({})).toEqual({
      host: '127.0.0.1',
      port: 8123,
      dataDir: '.data',
      stopMs: 10_000,
      redisUrl: null,
      mongoUrl: null,
      hasModel: false,
    });
  });

  it('counts empty variables as unset, as .env files write them', () => {
    expect(readLocalSettings({ MONGODB_URL: '', OPENAI_API_KEY: '', PORT: '' })).toEqual(readLocalSettings({}));
  });

  it.each([{ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }, { OPENAI_API_KEY: 'sk-1' }])(
    '%j names a model server',
    (env) => {
      expect(readLocalSettings(env).hasModel).toBe(true);
    },
  );

  it('takes the addresses of services that run elsewhere', () => {
    const env = { REDIS_URL: 'redis://r', MONGODB_URL: 'mongodb://m' };
    expect(readLocalSettings(env)).toMatchObject({ redisUrl: 'redis://r', mongoUrl: 'mongodb://m' });
  });

  it('names every bad setting', () => {
    expect(() => readLocalSettings({ PORT: 'http', STOP_MS: '1' })).toThrow(/PORT[\s\S]*STOP_MS|STOP_MS[\s\S]*PORT/);
  });

  it('refuses production and says what to do instead', () => {
    expect(() => readLocalSettings({ NODE_ENV: 'production' })).toThrow('npm run api');
  });
});
