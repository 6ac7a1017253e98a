import OpenAI from 'openai';

/** Turns texts into vectors whose dot product says how alike their meaning is. */
export interface Embedder {
  /** Vectors of different models cannot be compared. */
  readonly model: string;
  /** One vector of length 1 for each text, in order. @throws when the server does not give them, after repeats */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** Texts in one request: far below what servers refuse, and enough to hide the way there. */
const BATCH = 64;
const TIMEOUT_MS = 30_000;
const REPEATS = 3;

/** For any server with OpenAI's `/embeddings`. Unlike for chat the SDK repeats: nothing is streamed, and a request that comes twice costs only itself. */
export function createEmbedder(options: {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}): Embedder {
  const { baseUrl, apiKey, model } = options;
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey === '' ? 'none' : apiKey,
    // Given, so that the SDK does not look for them in the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: REPEATS,
    timeout: TIMEOUT_MS,
  });
  return {
    model,
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        const input = texts.slice(from, from + BATCH);
        // Not base64, which is the SDK's default: some servers do not know it.
        const { data } = await client.embeddings.create({ model, input, encoding_format: 'float' }, { signal });
        const found = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => toUnit(embedding));
        if (found.length !== input.length) throw new Error(`${input.length} texts gave ${found.length} embeddings`);
        vectors.push(...found);
      }
      return vectors;
    },
  };
}

function toUnit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  if (!(length > 0 && Number.isFinite(length))) throw new Error('an embedding is not a vector of numbers');
  return Float32Array.from(values, (value) => value / length);
}
