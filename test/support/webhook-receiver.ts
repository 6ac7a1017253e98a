import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';
import { waitFor } from './wait-for.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** `count`: how many requests this path has got, this one included. Not answering is an answer too. */
type Behaviour = (res: ServerResponse, count: number) => void;

export interface WebhookReceiver {
  readonly url: string;
  /** A path of its own, which answers 204 unless `behave` says otherwise. */
  endpoint(behave?: Behaviour): ReceivingEndpoint;
}

export interface ReceivingEndpoint {
  readonly url: string;
  readonly requests: readonly Received[];
  /** Waits for that many requests and gives them. */
  got(count: number, timeoutMs?: number): Promise<readonly Received[]>;
}

/** A server of somebody who is told of runs. */
export function useWebhookReceiver(): WebhookReceiver {
  const behaviours = new Map<string, Behaviour>();
  const requests: Received[] = [];
  const receiver = {} as { -readonly [K in keyof WebhookReceiver]: WebhookReceiver[K] };
  let server: Server;

  beforeAll(async () => {
    server = createServer(async (req, res) => {
      const { url: path = '', headers } = req;
      const at = Date.now();
      requests.push({ path, headers, body: await text(req), at });
      const behave = behaviours.get(path) ?? ((answer) => answer.writeHead(204).end());
      behave(res, requests.filter((one) => one.path === path).length);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  receiver.endpoint = (behave) => {
    const path = `/${behaviours.size + 1}`;
    behaviours.set(path, behave ?? ((res) => res.writeHead(204).end()));
    const mine = () => requests.filter((one) => one.path === path);
    return {
      url: receiver.url + path,
      get requests() {
        return mine();
      },
      got: (count, timeoutMs) =>
        waitFor(() => (mine().length >= count ? mine() : null), {
          what: `${count} requests to ${path} (${mine().length})`,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        }),
    };
  };
  return receiver;
}
