import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to MongoDB on which the answer to one claim is lost: the command arrives, and the connection breaks when its answer comes back. */
export interface ClaimSwallower {
  /** MongoDB's address, by this way. */
  readonly url: string;
  /** How many answers were lost: 0, then 1. */
  readonly swallowed: number;
  close(): Promise<void>;
}

/** @param mongoUrl with host and port */
export async function startClaimSwallower(mongoUrl: string): Promise<ClaimSwallower> {
  const target = new URL(mongoUrl);
  const open = new Set<Socket>();
  let swallowed = 0;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 27_017), target.hostname);
    let lose = false;
    client.on('data', (bytes) => {
      if (swallowed === 0 && isClaim(bytes)) lose = true;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (lose && swallowed === 0) {
        swallowed += 1;
        client.destroy();
      } else client.write(bytes);
    });
    for (const [side, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(side);
      side.on('error', () => undefined);
      side.once('close', () => {
        open.delete(side);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(mongoUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    get swallowed() {
      return swallowed;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** The only change that makes a run `in_progress` and writes `started_at`. */
const isClaim = (bytes: Buffer): boolean =>
  ['findAndModify', 'in_progress', 'started_at'].every((part) => bytes.includes(part));
