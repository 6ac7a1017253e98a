import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const count = (fallback: number, max = 100_000) => z.coerce.number().int().min(0).max(max).default(fallback);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(86_400_000).default(fallback);

const perSecond = z.coerce.number().int().min(0).max(1_000_000).optional();

/**
 * Every setting, with its default and meaning. docs/configuration.md is checked against this by a test; no other file reads the environment
 * of the API and worker processes.
 */
export const envSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` refuses the settings that are only safe on one machine.'),
  HOST: z.string().default('127.0.0.1').describe('Address the API listens on; containers use 0.0.0.0.'),
  PORT: port.default(8123).describe('Port of the API; 0 takes a free one.'),
  MONGODB_URL: z
    .string()
    .default('mongodb://127.0.0.1:27017/skein')
    .describe('The record: threads, runs, checkpoints. Local mode starts an embedded store when it is unset.'),
  MONGODB_DATABASE: z.string().optional().describe('Database name; default the one in MONGODB_URL, else `skein`.'),
  MONGODB_POOL: count(100, 1000).describe('Connections to MongoDB per process.'),
  REDIS_URL: z
    .string()
    .default('redis://127.0.0.1:6379')
    .describe('Queue and live streams. Local mode starts a private one when it is unset.'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('skein')
    .describe('First part of every Redis key, so that installations can share a server.'),
  AUTH_MODE: z
    .enum(['api_key', 'none'])
    .default('api_key')
    .describe(
      '`api_key` asks every request for a key, and needs ADMIN_KEY. `none` gives every request the default project; refused in production. Local mode: `none` unless set.',
    ),
  ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{24,}$/, 'must be at least 24 visible ASCII characters, which a header can carry')
    .optional()
    .describe(
      'The key of the operator, at least 24 visible ASCII characters, for example of `openssl rand -hex 32`: makes projects and their keys. The worker needs it (or KEY_SECRET) too, to read stored secrets such as those of webhooks.',
    ),
  KEY_SECRET: z
    .string()
    .min(24)
    .optional()
    .describe(
      'What API keys are hashed and stored secrets encrypted with, at least 24 characters; the same for API and worker. Unset, it is derived from ADMIN_KEY: then another ADMIN_KEY makes all keys invalid and secrets unreadable.',
    ),
  KEY_CACHE_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(12_000)
    .default(10_000)
    .describe(
      'How long a process trusts a key it has looked up; a revoked one has lost its streams too after twice that.',
    ),
  KEY_GUESSES_PER_MINUTE: count(60).describe(
    'Wrong keys, and sign-ins, that one client address may send; 0 is no limit. See TRUST_PROXY_HOPS.',
  ),
  TRUST_PROXY_HOPS: count(0, 10).describe(
    'How many proxies stand in front of the API, each of which adds the address it was called from to X-Forwarded-For; 0 takes the address of the connection.',
  ),
  RATE_LIMIT_PER_KEY: perSecond.describe(
    'Requests per second that one key may send, over RATE_LIMIT_WINDOW_MS; 0 is no limit. Unset: 1000, and no limit with AUTH_MODE=none.',
  ),
  RATE_LIMIT_PER_PROJECT: perSecond.describe(
    'The same for all keys of a project together. Unset: 2000, and no limit with AUTH_MODE=none.',
  ),
  RATE_LIMIT_WINDOW_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .max(3_600_000)
    .multipleOf(1000)
    .default(10_000)
    .describe('Over how long request rates are counted, in whole seconds: so many seconds of a rate may come at once.'),
  OPENAI_BASE_URL: z
    .string()
    .default('https://api.openai.com/v1')
    .describe('Any OpenAI-compatible server. Local mode starts a demo model when neither this nor a key is set.'),
  OPENAI_API_KEY: z.string().default('').describe('Key of the model server.'),
  DEFAULT_MODEL: z.string().default('gpt-4o-mini').describe('What the model name `default` stands for.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged.'),
  OUTBOUND_ALLOW: z
    .string()
    .default('')
    .describe(
      'What webhooks and tools may call although it is not public, comma separated: hosts with or without a port (`tools.internal:8080`, `127.0.0.1`), networks (`10.1.0.0/16`).',
    ),
  CORS_ORIGINS: z.string().default('').describe('Origins that browsers may call from, comma separated; `*` is any.'),
  BODY_LIMIT_BYTES: count(1_048_576, 64 * 1_048_576).describe('Largest request body.'),
  INTERACTIVE_SLOTS: count(100, 10_000).describe('Runs of the interactive lane one worker executes at a time.'),
  BATCH_SLOTS: count(20, 10_000).describe('Runs of the batch lane one worker executes at a time.'),
  ADMISSION_WINDOW: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      'How many runs of one project may be on the queue of a lane and not taken yet; the others wait for room. Unset: a quarter of the slots of all workers, at least 8.',
    ),
  QUEUED_RUNS_PER_PROJECT: count(10_000, 1_000_000).describe(
    'Above it, new runs of the project get 429; runs of batches are not counted. 0 is no limit.',
  ),
  QUEUED_RUNS_PER_THREAD: count(1000).describe('Above it, new runs of the thread get 429.'),
  WEBHOOK_SLOTS: count(20, 1000).describe(
    'Webhook deliveries one worker makes at a time; 0 leaves them to other workers.',
  ),
  WEBHOOK_TIMEOUT_MS: milliseconds(15_000).describe(
    'Longest time of one delivery, from the name look-up to the end of the answer.',
  ),
  WEBHOOK_BACKOFF_MS: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9}){0,19}$/, 'must be milliseconds, comma separated')
    .default('5000,30000,120000,600000,3600000,21600000,57600000')
    .describe(
      'Waits between the attempts of a delivery; after the last of them one more attempt is made. Each is varied by up to a fifth.',
    ),
  BATCH_ITEMS_MAX: count(50_000, 1_000_000).describe('Items of one batch at most.'),
  BATCH_BYTES_MAX: count(268_435_456, 4_294_967_296).describe(
    'Largest upload of a batch, decompressed; one item has BODY_LIMIT_BYTES.',
  ),
  BATCH_OPEN_RUNS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .describe('Runs of one batch that are open at a time; the other items wait as they were uploaded.'),
  BATCH_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(30)
    .describe('After its end a batch is kept so long, with its results and the threads that were made for it.'),
  OPENAI_EMBEDDING_MODEL: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Model of the server at OPENAI_BASE_URL whose embeddings join the words when documents are searched, for example `text-embedding-3-small`; unset, only words count. API and worker need the same.',
    ),
  DOCUMENT_SLOTS: count(2, 100).describe('Documents one worker reads at a time; 0 leaves them to other workers.'),
  DOCUMENT_LIMIT_BYTES: count(50 * 1_048_576, 1_073_741_824).describe('Largest document.'),
  DOCUMENT_TIMEOUT_MS: milliseconds(120_000).describe('Longest time that the text of a document may take to be found.'),
  DOCUMENT_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(64)
    .max(16_384)
    .default(512)
    .describe('Memory that reading one document may take, once for objects and once for buffers.'),
  MODEL_HEADERS_TIMEOUT_MS: milliseconds(30_000).describe('Longest wait for the first byte of a model answer.'),
  MODEL_IDLE_TIMEOUT_MS: milliseconds(60_000).describe(
    'Longest silence inside a model answer; keep-alive comments do not count as sound.',
  ),
  MODEL_STEP_TIMEOUT_MS: milliseconds(300_000).describe('Longest time of one model answer.'),
  HEARTBEAT_MS: milliseconds(5000).describe('How often a worker says that it lives and looks for cancellations.'),
  WORKER_LOST_MS: milliseconds(15_000).describe(
    'A worker silent for this long has lost its runs; at least three heartbeats.',
  ),
  SWEEP_MS: milliseconds(5000).describe('How often each worker looks for runs that fell through.'),
  STREAM_HEARTBEAT_MS: milliseconds(5000).describe(
    'Comment on a quiet stream, for proxies and clients that watch for silence.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe(
      'Base address of an OpenTelemetry collector (OTLP over HTTP), such as `http://127.0.0.1:4318`: traces go there. Unset: there are none.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the traces that begin here which are kept; a `traceparent` of a client decides for itself.'),
  METRICS_PORT: port
    .optional()
    .describe(
      'Port on HOST where a worker serves `/metrics`, `/health/live` and `/health/ready`, without a key; 0 takes a free one, unset is off. The API has these on PORT.',
    ),
  HEALTH_FILE: z
    .string()
    .optional()
    .describe('A worker touches this file at each heartbeat, for container health checks.'),
  DRAIN_MS: milliseconds(25_000).describe('After SIGTERM: how long running work may finish before it is handed back.'),
});

export type Env = z.infer<typeof envSchema>;
