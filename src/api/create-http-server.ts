import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '../shared/domain/ids.ts';
import { AppError } from '../shared/errors/app-error.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import { problemHeaders, toProblem } from './problem.ts';

/**
 * Times in milliseconds. They bound how long a request may take to ARRIVE; answers, and so streams, may take as long as they like. The keep-alive
 * time is above the 60 s that common proxies keep idle connections, so that they close first and never send into a closing socket.
 */
export const HTTP_SERVER_OPTIONS = {
  headersTimeout: 20_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
} as const;

/**
 * A server whose refusals below Express (bytes that are not HTTP, too many headers, requests that never arrive, unknown expectations) are problem
 * documents too. Once `stopping` is aborted, answers that are under way are the last on their connections, and requests that arrive all the same are refused.
 */
export function createHttpServer(
  listener: RequestListener,
  logger: Logger,
  options: { readonly [K in keyof typeof HTTP_SERVER_OPTIONS]?: number } = {},
  stopping?: AbortSignal,
): Server {
  const answering = new WeakMap<Duplex, ServerResponse>();
  const open = new Set<ServerResponse>();
  const server = createServer({ ...HTTP_SERVER_OPTIONS, ...options, requireHostHeader: false }, (req, res) => {
    answering.set(req.socket, res);
    // The server's own refusal has no body.
    if (req.headers.host === undefined && req.httpVersion === '1.1') {
      refuse(res, new AppError('bad_request', { detail: 'A request names its Host.' }));
      return;
    }
    if (stopping?.aborted) {
      refuse(res, new AppError('stopping', { detail: 'This process is stopping; another one will answer.' }));
      return;
    }
    open.add(res);
    res.once('close', () => open.delete(res));
    listener(req, res);
  });
  stopping?.addEventListener('abort', () => {
    for (const res of open) res.shouldKeepAlive = false;
  });
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) =>
    refuse(res, new AppError('expectation_failed')),
  );
  server.on('clientError', (cause: NodeJS.ErrnoException, socket: Duplex) => {
    const { error, requestId, body } = refusal(toClientError(cause));
    logger.debug({ request_id: requestId, code: error.code, cause: cause.code }, 'unreadable request');
    // One answer to one request: a second one, in the middle of the first or after it, would be read as something else.
    const last = answering.get(socket);
    const answered = last?.headersSent === true && !(last.writableFinished && last.req.complete);
    if (!socket.writable || answered) {
      socket.destroy();
      return;
    }
    const headers = Object.entries(headersOf(error, requestId, body)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${error.status} ${error.code}\r\n${headers.join('')}\r\n${body}`, () => socket.destroy());
  });
  return server;
}

function refuse(res: ServerResponse, refused: AppError): void {
  const { error, requestId, body } = refusal(refused);
  res.writeHead(error.status, headersOf(error, requestId, body)).end(body);
}

function refusal(error: AppError): { error: AppError; requestId: string; body: string } {
  const requestId = newId();
  return { error, requestId, body: JSON.stringify(toProblem(error, requestId)) };
}

const headersOf = (error: AppError, requestId: string, body: string): Record<string, string> => ({
  ...problemHeaders(error),
  'X-Request-Id': requestId,
  'Content-Length': String(Buffer.byteLength(body)),
  Connection: 'close',
});

function toClientError({ code }: NodeJS.ErrnoException): AppError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('headers_too_large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout');
    default:
      return new AppError('bad_request', { detail: 'This is not a well-formed HTTP/1.1 request.' });
  }
}
