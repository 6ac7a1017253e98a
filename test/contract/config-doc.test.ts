import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSettings, renderConfigurationPage, renderEnvExample } from '../../scripts/render-configuration.ts';
import { localEnvSchema } from '../../src/local/local-settings.ts';
import { envSchema } from '../../src/shared/config/env-schema.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const settings = [...readSettings(envSchema), ...readSettings(localEnvSchema)];

describe('docs/configuration.md', () => {
  it('is what the schemas say (--update writes it)', async () => {
    await expect(renderConfigurationPage()).toMatchFileSnapshot(path('docs/configuration.md'));
  });

  it('has one row with default and meaning for each variable, and no other', () => {
    const rows = readFileSync(path('docs/configuration.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(rows.map(([, name, fallback, , meaning]) => [name, fallback, meaning])).toEqual(
      settings.map(({ name, fallback, meaning }) => [`\`${name}\``, fallback ? `\`${fallback}\`` : 'none', meaning]),
    );
  });

  it('explains every variable', () => {
    expect(settings.filter(({ meaning }) => meaning.length < 10)).toEqual([]);
  });
});

describe('.env.example', () => {
  it('is what the schemas say (--update writes it)', async () => {
    await expect(renderEnvExample()).toMatchFileSnapshot(path('.env.example'));
  });

  it('changes nothing as it is, and gives the defaults when every # is removed', () => {
    const text = readFileSync(path('.env.example'), 'utf8');
    expect(parseEnv(text)).toEqual({});
    const uncommented = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(uncommented).toSorted()).toEqual(settings.map(({ name }) => name).toSorted());
    expect(loadConfig(uncommented, 'worker')).toEqual(loadConfig({}, 'worker'));
  });
});
