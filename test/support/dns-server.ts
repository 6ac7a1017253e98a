import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

/** A name server of a test, over UDP as real ones. */
export interface DnsServer {
  /** Asks this server and no other. */
  readonly resolver: Resolver;
  /** What each further question for the IPv4 addresses of a name is answered; the last answer stays. */
  answer(name: string, ...answers: readonly (readonly string[])[]): void;
  /** How often the IPv4 addresses of a name were asked for. */
  asked(name: string): number;
  close(): Promise<void>;
}

const A = 1;
const NXDOMAIN = 3;

/** Knows what it was told, of IPv4 only; other names do not exist. */
export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, (readonly string[])[]>();
  const counts = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    const answers = records.get(name);
    if (type === A) counts.set(name, (counts.get(name) ?? 0) + 1);
    const now = type === A ? (answers && answers.length > 1 ? answers.shift() : answers?.[0]) : undefined;
    socket.send(reply(query.subarray(0, end), now ?? [], answers === undefined), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolver,
    answer: (name, ...answers) => void records.set(name, [...answers]),
    asked: (name) => counts.get(name) ?? 0,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** @returns `end`: offset behind the first question */
function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let offset = 12;
  for (let length = message.readUInt8(offset); length > 0; length = message.readUInt8(offset)) {
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(offset + 1), end: offset + 5 };
}

function reply(question: Buffer, addresses: readonly string[], unknown: boolean): Buffer {
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (unknown ? NXDOMAIN : 0), 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    // Name: a pointer to the question; type A, class IN, TTL 0, 4 bytes.
    const start = [0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4];
    return Buffer.from([...start, ...address.split('.').map(Number)]);
  });
  return Buffer.concat([header, question.subarray(12), ...records]);
}
