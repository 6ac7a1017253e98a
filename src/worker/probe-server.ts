import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Longest time of one scrape or probe. */
const REQUEST_MS = 10_000;

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * What looks at a worker from outside: `/metrics`, `/health/live` (the process answers) and `/health/ready` (it takes runs, or says why not). It asks nobody for a key and tells nothing of runs
 * or clients, so it belongs on a network of its own.
 * @param options.notReady why the worker takes no runs now, by part; empty: it does
 * @throws when the port is taken
 */
export async function startProbeServer(options: {
  readonly host: string;
  readonly port: number;
  readonly registry: Registry;
  readonly notReady: () => Readonly<Record<string, string>>;
}): Promise<ProbeServer> {
  const { registry, notReady } = options;
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (req, res) => {
    switch (req.method === 'GET' ? req.url : undefined) {
      case '/metrics':
        void registry.metrics().then(
          (text) => res.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
          () => res.writeHead(500).end(),
        );
        return;
      case '/health/live':
        sendJson(res, 200, { status: 'ok' });
        return;
      case '/health/ready': {
        const problems = notReady();
        const ready = Object.keys(problems).length === 0;
        sendJson(res, ready ? 200 : 503, ready ? { status: 'ok' } : { status: 'failed', problems });
        return;
      }
      default:
        sendJson(res, 404, { status: 'not found' });
    }
  });
  await listen(server, options.port, options.host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(body));
}
