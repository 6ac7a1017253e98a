import { z } from 'zod';
import { localEnvSchema } from '../src/local/local-settings.ts';
import { envSchema } from '../src/shared/config/env-schema.ts';

/** One variable, as the schema declares it. */
export interface Setting {
  readonly name: string;
  /** As one would write it; null when there is none. */
  readonly fallback: string | null;
  readonly values: string;
  readonly meaning: string;
}

/** The settings of a zod object whose fields have defaults and descriptions. */
export function readSettings(schema: z.ZodObject): Setting[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const type = field as z.ZodType;
    const fallback = type.safeParse(undefined).data;
    return {
      name,
      fallback: fallback === undefined ? null : String(fallback),
      values: typeof fallback === 'boolean' ? '`true` or `false`' : describeValues(type),
      meaning: type.description ?? '',
    };
  });
}

function describeValues(type: z.ZodType): string {
  const json = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  if (json.enum) return json.enum.map((value) => `\`${value}\``).join(', ');
  if (json.type === 'integer') return `${json.minimum} to ${json.maximum}`;
  return json.pattern ? `\`${json.pattern}\`` : 'text';
}

const table = (settings: readonly Setting[]): string =>
  [
    '| Variable | Default | Values | Meaning |',
    '|---|---|---|---|',
    ...settings.map(
      ({ name, fallback, values, meaning }) =>
        `| \`${name}\` | ${fallback ? `\`${fallback}\`` : 'none'} | ${values.replaceAll('|', '\\|')} | ${meaning} |`,
    ),
  ].join('\n');

/** docs/configuration.md */
export const renderConfigurationPage = (): string => `# Configuration

Skein reads environment variables and nothing else. An empty variable counts as unset. A bad value stops the process at its start, with a message that
names every problem. Names that end in \`_MS\` are milliseconds. This page and \`.env.example\` are written from the schemas; after a change there run
\`npx vitest run test/contract/config-doc.test.ts --update\`.

\`npm start\` and \`docker compose\` also read a file \`.env\`; a variable of the environment goes before one in the file.

## API and worker

Both read the same settings, from \`src/shared/config/env-schema.ts\`.

${table(readSettings(envSchema))}

## Local mode

\`npm start\` starts what is not named: a private Redis without \`REDIS_URL\`, the embedded store without \`MONGODB_URL\`, and the demo model (as \`DEFAULT_MODEL\`)
without \`OPENAI_BASE_URL\` and \`OPENAI_API_KEY\`. All settings above go on to the API and the worker, except that \`DRAIN_MS\` is half of \`STOP_MS\` unless it is
set. \`NODE_ENV=production\` is refused. Colours follow \`NO_COLOR\` and \`FORCE_COLOR\`. It also reads, from \`src/local/local-settings.ts\`:

${table(readSettings(localEnvSchema))}

## Tests

\`npm test\` starts a Redis and an embedded store of its own, unless \`REDIS_URL\` or \`MONGODB_URL\` name others. Each test file uses a database and a key prefix of
its own there and removes them. No other variable reaches the processes under test.
`;

const entries = (settings: readonly Setting[]): string =>
  settings.map(({ name, fallback, meaning }) => `# ${meaning}\n#${name}=${fallback ?? ''}`).join('\n\n');

/** .env.example */
export const renderEnvExample =
  (): string => `# Copy to .env and remove the # in front of what you change. All settings: docs/configuration.md

${entries(readSettings(envSchema))}

# ---- Local mode (npm start) only ----

${entries(readSettings(localEnvSchema))}
`;
