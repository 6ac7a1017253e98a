import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChatRequest, placeOf } from './chat-request.ts';
import { type FakeScript, readDirective, toScript } from './directive.ts';
import type { FakeAnswer } from './fake-answer.ts';
import { hashedEmbedding } from './hashed-embedding.ts';
import { playAnswer } from './play-answer.ts';

/** One request as the fake saw it. Times are epoch milliseconds; `ended_at` is null while the answer is under way. */
interface RecordedRequest {
  readonly body: ChatRequest;
  readonly headers: IncomingHttpHeaders;
  readonly user_text: string;
  readonly step: number;
  /** Tells connections apart. */
  readonly client_port: number | undefined;
  readonly started_at: number;
  ended_at: number | null;
  /** The client's socket was closed before the answer was complete, at `ended_at`. */
  closed_early: boolean;
}

export interface FakeModel {
  /** Ends in /v1. */
  readonly baseUrl: string;
  /** The newest 1,000, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /**
   * Says what to answer. A list is a queue, one answer per request; a function decides for each request. Later calls
   * replace what is left of earlier ones.
   */
  script(answers: FakeAnswer | readonly FakeAnswer[] | ((request: RecordedRequest) => FakeAnswer)): void;
  /** The same for conversations whose newest user message is exactly this text: by step, and by attempt within a step. */
  scriptFor(userText: string, script: Parameters<typeof toScript>[0]): void;
  stop(): Promise<void>;
}

const KEPT_REQUESTS = 1_000;
const DEFAULT_ANSWER: FakeAnswer = { tokens: 20 };

/**
 * Starts an OpenAI-compatible server that answers by script. What a request gets, first match wins: the script for its
 * user text, `[[fake: …]]` in its user text, the queue or function of `script`, 20 tokens. The queue is shared by all
 * requests, so where runs go on at the same time use the other two.
 */
export const startFakeModel = async (options: { port?: number } = {}): Promise<FakeModel> => {
  const requests: RecordedRequest[] = [];
  const attempts = new Map<string, number>();
  const byText = new Map<string, FakeScript>();
  let queue: FakeAnswer[] = [];
  let decide: ((request: RecordedRequest) => FakeAnswer) | null = null;

  const fromScript = (script: FakeScript, request: RecordedRequest): FakeAnswer => {
    const step = script.steps[Math.min(request.step, script.steps.length - 1)] ?? [];
    if (step.length < 2) return step[0] ?? DEFAULT_ANSWER;
    const key = `${request.step} ${request.user_text}`;
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    return step[Math.min(attempt, step.length - 1)] ?? DEFAULT_ANSWER;
  };

  const choose = (request: RecordedRequest): FakeAnswer => {
    const script = byText.get(request.user_text) ?? readDirective(request.user_text);
    if (script) return fromScript(script, request);
    return decide?.(request) ?? queue.shift() ?? DEFAULT_ANSWER;
  };

  const complete = (request: IncomingMessage, response: ServerResponse, body: ChatRequest): void => {
    const { userText, step } = placeOf(body.messages);
    const record: RecordedRequest = {
      body,
      headers: request.headers,
      user_text: userText,
      step,
      client_port: request.socket.remotePort,
      started_at: Date.now(),
      ended_at: null,
      closed_early: false,
    };
    requests.push(record);
    if (requests.length > KEPT_REQUESTS) requests.shift();
    response.once('close', () => {
      record.ended_at = Date.now();
      record.closed_early = !response.writableFinished;
    });
    playAnswer(choose(record), response, body.stream === true);
  };

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (request.method === 'POST' && path.endsWith('/chat/completions')) {
      readJson(request, response, (body) => complete(request, response, body));
    } else if (request.method === 'POST' && path.endsWith('/embeddings')) {
      readJson(request, response, (body) => sendEmbeddings(response, body as unknown as EmbeddingRequest));
    } else if (path.endsWith('/models')) {
      sendJson(response, 200, { object: 'list', data: [{ id: 'fake-model', object: 'model', owned_by: 'skein' }] });
    } else if (path.endsWith('/requests')) {
      // For tests that run the fake as a process of its own.
      sendJson(response, 200, requests);
      if (request.method === 'DELETE') requests.length = 0;
    } else {
      sendJson(response, 404, { error: { message: 'unknown path' } });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    script(answers) {
      decide = typeof answers === 'function' ? answers : null;
      queue = typeof answers === 'function' ? [] : [answers].flat();
    },
    scriptFor(userText, script) {
      byText.set(userText, toScript(script));
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};

interface EmbeddingRequest {
  readonly model: string;
  readonly input: readonly string[];
}

/** The model `broken` refuses. */
const sendEmbeddings = (response: ServerResponse, { model, input }: EmbeddingRequest): void => {
  if (model === 'broken') {
    sendJson(response, 400, { error: { message: 'this model is broken' } });
    return;
  }
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: hashedEmbedding(text) }));
  sendJson(response, 200, { object: 'list', model, data, usage: { prompt_tokens: 0, total_tokens: 0 } });
};

const readJson = (request: IncomingMessage, response: ServerResponse, done: (body: ChatRequest) => void): void => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    try {
      done(JSON.parse(Buffer.concat(parts).toString('utf8')));
    } catch (error) {
      if (!response.headersSent) sendJson(response, 400, { error: { message: String(error) } });
    }
  });
};

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
