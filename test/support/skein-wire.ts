import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A TCP connection to MongoDB through which all bytes are counted. */
export interface CountedWire {
  /** The same server by way of the counter. */
  readonly url: string;
  /** Bytes that came from the server so far. */
  received(): number;
  close(): Promise<void>;
}

/** Forwards to the server of `url` (one host). */
export async function countWire(url: string): Promise<CountedWire> {
  const match = /^(mongodb:\/\/)([^:/]+):(\d+)(.*)$/.exec(url);
  if (!match) throw new Error(`cannot count the bytes of ${url}`);
  const [, scheme, host, port, rest] = match;
  const sockets = new Set<Socket>();
  let received = 0;
  const server = createServer((client) => {
    const upstream = createConnection(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on('data', (bytes) => {
      received += bytes.length;
    });
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}127.0.0.1:${(server.address() as AddressInfo).port}${rest}`,
    received: () => received,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
