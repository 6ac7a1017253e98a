import { z } from 'zod';

const given = z.string().min(1).optional();

/** Settings that only local mode (`npm start`) reads; docs/configuration.md lists them. All others go to the API and the worker as they are. */
export const localEnvSchema = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('Where the embedded store and the private Redis keep their data; one `npm start` at a time uses it.'),
  STOP_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .max(600_000)
    .default(10_000)
    .describe('How long all parts together may take to stop after Ctrl-C; a second Ctrl-C ends them at once.'),
});

/** What local mode needs to know before it starts anything. */
export interface LocalSettings {
  readonly host: string;
  /** 0: take a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly stopMs: number;
  /** Null: start a private one. */
  readonly redisUrl: string | null;
  /** Null: start the embedded store. */
  readonly mongoUrl: string | null;
  /** Whether a model server is named; otherwise the demo model is started. */
  readonly hasModel: boolean;
}

const usedByLocalMode = z.object({
  ...localEnvSchema.shape,
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8123),
  REDIS_URL: given,
  MONGODB_URL: given,
  OPENAI_BASE_URL: given,
  OPENAI_API_KEY: given,
});

/** Reads the environment; empty variables count as unset. @throws Error with every problem, for a person. */
export function readLocalSettings(env: Readonly<Record<string, string | undefined>>): LocalSettings {
  const parsed = usedByLocalMode.safeParse(withoutEmpty(env));
  if (!parsed.success) throw new Error(`Bad configuration:\n${z.prettifyError(parsed.error)}`);
  const settings = parsed.data;
  if (settings.NODE_ENV === 'production')
    throw new Error(
      'npm start is local mode, with an embedded store and no keys. In production run `npm run api` and `npm run worker`, or docker compose up.',
    );
  return {
    host: settings.HOST,
    port: settings.PORT,
    dataDir: settings.DATA_DIR,
    stopMs: settings.STOP_MS,
    redisUrl: settings.REDIS_URL ?? null,
    mongoUrl: settings.MONGODB_URL ?? null,
    hasModel: settings.OPENAI_BASE_URL !== undefined || settings.OPENAI_API_KEY !== undefined,
  };
}

/** The environment without unset and empty variables. */
export function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return Object.fromEntries(entries);
}
