import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens to connections:
 * - `pass`: nothing
 * - `refuse`: those that are there break, new ones are refused
 * - `black-hole`: they stay open, new ones too, and no byte goes through; what was held goes on with `pass`, as packets that are sent again do
 * - `{ delayMs }`: every piece comes that much later
 */
export type ProxyMode = 'pass' | 'refuse' | 'black-hole' | { readonly delayMs: number };

/** A TCP proxy in front of a server, to break the way there and not the server. */
export interface TcpProxy {
  readonly port: number;
  set(mode: ProxyMode): Promise<void>;
  /** Breaks every connection once; new ones pass. */
  reset(): void;
  /** How often a connection was broken, refused or held: a fault that met nobody is none. */
  readonly hits: number;
  close(): Promise<void>;
}

interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass';
  let port = 0;
  let hits = 0;
  const pipes = new Set<Pipe>();
  /** Accepted while nothing may go through: they reach the server when the way is open again. */
  const waiting = new Set<Socket>();

  function join(client: Socket): void {
    const upstream = connect(target.port, target.host);
    carry(client, upstream);
    carry(upstream, client);
  }

  function carry(from: Socket, to: Socket): void {
    const pipe = { from, to };
    pipes.add(pipe);
    from.on('data', (bytes: Buffer) => {
      if (typeof mode === 'object') setTimeout(() => to.writable && to.write(bytes), mode.delayMs);
      else if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => mode !== 'black-hole' && from.resume());
      }
    });
    from.on('error', () => undefined);
    from.once('close', () => {
      pipes.delete(pipe);
      to.destroy();
    });
    if (mode === 'black-hole') from.pause();
  }

  function onConnection(client: Socket): void {
    client.setNoDelay(true);
    client.on('error', () => undefined);
    if (mode !== 'black-hole') {
      join(client);
      return;
    }
    hits += 1;
    client.pause();
    waiting.add(client);
    client.once('close', () => waiting.delete(client));
  }

  function breakAll(): void {
    for (const { from } of [...pipes]) {
      hits += 1;
      from.resetAndDestroy();
    }
    for (const client of waiting) client.resetAndDestroy();
  }

  const open = async (): Promise<Server> => {
    const server = createServer(onConnection).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await open();
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    port,
    async set(next) {
      const wasClosed = mode === 'refuse';
      mode = next;
      if (next === 'refuse') {
        if (wasClosed) return;
        server.close();
        breakAll();
        return;
      }
      if (next === 'black-hole') {
        for (const { from } of pipes) {
          hits += 1;
          from.pause();
        }
      } else {
        for (const { from } of pipes) from.resume();
        for (const client of waiting) {
          client.resume();
          join(client);
        }
        waiting.clear();
      }
      if (wasClosed) server = await open();
    },
    reset: breakAll,
    get hits() {
      return hits;
    },
    async close() {
      const closed =
        mode === 'refuse' ? Promise.resolve() : new Promise<void>((resolve) => server.close(() => resolve()));
      breakAll();
      await closed;
    },
  };
}
