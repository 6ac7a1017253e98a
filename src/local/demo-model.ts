import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readChatRequest } from './demo-model/chat-request.ts';
import { completeChat } from './demo-model/complete-chat.ts';
import { sendDocument, sendStream } from './demo-model/send-completion.ts';

interface DemoModelOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  /** Mean time between streamed tokens. */
  readonly tokenDelayMs?: number;
}

interface DemoModel {
  /** Ends in /v1. */
  readonly url: string;
  /** How many answers are being streamed now. */
  readonly activeAnswers: number;
  stop(): Promise<void>;
}

const MODEL_ID = 'skein-demo';
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Starts the demo model on 127.0.0.1: an OpenAI-compatible server (`GET /v1/models`, `POST /v1/chat/completions`, streamed
 * or not) for local mode, where no real model is configured. It answers to any model name and any key. An answer whose
 * client has left is not continued.
 */
export const startDemoModel = async (options: DemoModelOptions = {}): Promise<DemoModel> => {
  const { port = 0, tokenDelayMs = 30 } = options;
  let activeAnswers = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body === null) {
      sendError(response, 413, 'the request is too large');
      return;
    }
    const chat = readChatRequest(parseJson(body));
    if (chat === null) {
      sendError(response, 400, 'the body must be JSON with a non-empty list of messages');
      return;
    }
    const completion = completeChat(chat);
    if (!chat.stream) {
      sendDocument(completion, response);
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    activeAnswers += 1;
    try {
      await sendStream(completion, response, { includeUsage: chat.includeUsage, tokenDelayMs, signal: gone.signal });
    } finally {
      activeAnswers -= 1;
    }
  };

  const server = createServer((request, response) => {
    const pathname = (request.url ?? '/').split('?', 1)[0];
    if (request.method === 'GET' && pathname === '/v1/models') {
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: MODEL_ID, object: 'model', created: 0, owned_by: 'skein' }],
      });
    } else if (request.method === 'POST' && pathname === '/v1/chat/completions') {
      // What fails here is the connection: nobody is left to be told.
      answer(request, response).catch(() => response.destroy());
    } else {
      sendError(response, 404, `there is no ${request.method} ${pathname}`);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://127.0.0.1:${boundPort}/v1`,
    get activeAnswers() {
      return activeAnswers;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};

/** null when it is larger than we read. */
const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(parts).toString('utf8') : null;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const sendJson = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { error: { message, type: 'invalid_request_error', code: null } });

if (import.meta.main) {
  const model = await startDemoModel({ port: Number(process.env.DEMO_MODEL_PORT ?? 0) });
  process.stdout.write(`${JSON.stringify({ ready: true, url: model.url })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void model.stop().then(() => process.exit(0)));
  }
}
