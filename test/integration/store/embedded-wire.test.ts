import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { deserialize, serialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Store, startStore } from '../../../src/local/mongo/store-server.ts';
import { crc32c } from '../../../src/local/mongo/wire/crc32c.ts';
import type { Document } from './connect-store.ts';

const OP_QUERY = 2004;
const OP_MSG = 2013;

function message(opCode: number, ...parts: (Uint8Array | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(7, 4);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, body]);
}

function opMsg(command: Document, flags = 0, sections: Uint8Array[] = []): Buffer {
  return message(OP_MSG, [flags, 0, 0, 0], [0], serialize({ ...command, $db: 'wire' }), ...sections);
}

function sequence(name: string, documents: Document[]): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => serialize(document))]);
  const size = Buffer.alloc(4);
  size.writeInt32LE(4 + body.length);
  return Buffer.concat([[1], size, body].map((part) => Buffer.from(part as Uint8Array)));
}

/** A document sequence with one document in a document in a document … */
function nested(depth: number): Buffer {
  const levels = Buffer.alloc(depth * 7 + 5 + depth);
  for (let level = 0; level < depth; level++) {
    levels.writeInt32LE(levels.length - level * 8, level * 7);
    levels.write('\u0003a\0', level * 7 + 4, 'latin1');
  }
  levels.writeInt32LE(5, depth * 7);
  const name = Buffer.from('documents\0');
  const size = Buffer.alloc(4);
  size.writeInt32LE(4 + name.length + levels.length);
  return Buffer.concat([Buffer.from([1]), size, name, levels]);
}

describe('the wire protocol of the embedded store', () => {
  let store: Store;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await store.stop();
  });

  async function open(): Promise<Socket> {
    const socket = connect(Number(new URL(store.url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  /** Reads whole replies until there are `count`, or the connection ends. */
  async function replies(socket: Socket, count: number): Promise<{ head: Buffer; document: Document }[]> {
    const found: { head: Buffer; document: Document }[] = [];
    let buffer = Buffer.alloc(0);
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      buffer = Buffer.concat([buffer, chunk as Buffer]);
      while (buffer.length >= 4 && buffer.length >= buffer.readInt32LE(0)) {
        const reply = buffer.subarray(0, buffer.readInt32LE(0));
        const start = reply.readInt32LE(12) === OP_MSG ? 21 : 36;
        found.push({ head: reply.subarray(0, start), document: deserialize(reply.subarray(start)) });
        buffer = buffer.subarray(reply.length);
      }
      if (found.length >= count) break;
    }
    return found;
  }

  async function ask(bytes: Buffer): Promise<Document | undefined> {
    const socket = await open();
    socket.write(bytes);
    const [reply] = await replies(socket, 1);
    socket.destroy();
    return reply?.document;
  }

  function legacyQuery(command: Document): Buffer {
    return message(
      OP_QUERY,
      [0, 0, 0, 0],
      Buffer.from('admin.$cmd\0'),
      [0, 0, 0, 0, 255, 255, 255, 255],
      serialize(command),
    );
  }

  it('answers the legacy handshake in the legacy form, and nothing else that way', async () => {
    const socket = await open();
    socket.write(legacyQuery({ isMaster: 1, helloOk: true }));
    const [reply] = await replies(socket, 1);
    expect(reply?.head.readInt32LE(12)).toBe(1);
    expect(reply?.head.readInt32LE(8)).toBe(7);
    expect(reply?.document).toMatchObject({ ismaster: true, helloOk: true, maxWireVersion: 21, ok: 1 });
    expect(reply?.document).not.toHaveProperty('setName');
    expect(await ask(legacyQuery({ find: 'c' }))).toMatchObject({ ok: 0, code: 352 });
  });

  it('takes documents from sequences, with a checksum that is right', async () => {
    const documents = [{ _id: 1 }, { _id: 2 }];
    const plain = opMsg({ insert: 'seq' }, 1, [sequence('documents', documents)]);
    const length = Buffer.from(plain);
    length.writeInt32LE(plain.length + 4, 0);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32c(length));
    expect(await ask(Buffer.concat([length, sum]))).toEqual({ n: 2, ok: 1 });
    sum.writeUInt32LE(crc32c(length) ^ 1);
    expect(await ask(Buffer.concat([length, sum]))).toBeUndefined();
  });

  it('answers nothing to a message with moreToCome, and then the next one', async () => {
    const socket = await open();
    socket.write(opMsg({ insert: 'quiet', documents: [{ _id: 1 }] }, 2));
    socket.write(opMsg({ count: 'quiet' }));
    expect((await replies(socket, 1)).map(({ document }) => document)).toEqual([{ n: 1, ok: 1 }]);
  });

  it('answers in the order of the questions, however the bytes are cut', async () => {
    const socket = await open();
    const bytes = Buffer.concat([
      opMsg({ insert: 'order', documents: [{ _id: 1 }] }),
      opMsg({ count: 'order' }),
      opMsg({ nothing: 1 }),
      opMsg({ ping: 1 }),
    ]);
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    expect((await replies(socket, 4)).map(({ document }) => document)).toMatchObject([
      { n: 1, ok: 1 },
      { n: 1, ok: 1 },
      { ok: 0, code: 59 },
      { ok: 1 },
    ]);
  });

  const HOSTILE: [string, Buffer][] = [
    ['a length of nothing', Buffer.from([0, 0, 0, 0])],
    ['a negative length', Buffer.from([255, 255, 255, 255])],
    ['a length above 48 MB', Buffer.from([0, 0, 0, 64])],
    ['an unknown operation', message(9999, [1, 2, 3])],
    ['unknown required flags', opMsg({ ping: 1 }, 4)],
    ['a section longer than the message', message(OP_MSG, [0, 0, 0, 0], [0], [255, 255, 0, 0, 0])],
    ['a message without a body', message(OP_MSG, [0, 0, 0, 0], sequence('documents', [{ a: 1 }]))],
    ['two bodies', opMsg({ ping: 1 }, 0, [Buffer.concat([Buffer.from([0]), serialize({ ping: 1 })])])],
    ['an empty message', message(OP_MSG)],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ];

  it.each(HOSTILE)('ends the connection of a client that sends %s, and serves the others', async (_, bytes) => {
    expect(await ask(bytes)).toBeUndefined();
    expect(await ask(opMsg({ ping: 1 }))).toEqual({ ok: 1 });
  });

  it('survives documents that are made to break it', async () => {
    const deep = await ask(opMsg({ insert: 'deep' }, 0, [nested(100_000)]));
    expect(deep).toMatchObject({ n: 0, writeErrors: [{ index: 0, code: 15 }] });
    expect(await ask(opMsg({ insert: 'deep' }, 0, [nested(150)]))).toEqual({ n: 1, ok: 1 });
    const proto = JSON.parse(
      '{"_id": 1, "__proto__": {"polluted": true}, "constructor": {"prototype": 1}}',
    ) as Document;
    expect(await ask(opMsg({ insert: 'proto', documents: [proto] }))).toEqual({ n: 1, ok: 1 });
    const update = { q: { _id: 1 }, u: { $set: { '__proto__.x': 1, 'constructor.y': 2 } } };
    expect(await ask(opMsg({ update: 'proto', updates: [update] }))).toMatchObject({ n: 1, nModified: 1 });
    expect(({} as { polluted?: unknown; x?: unknown }).polluted ?? ({} as { x?: unknown }).x).toBeUndefined();
    const found = await ask(opMsg({ find: 'proto', filter: { '__proto__.x': 1, 'constructor.y': 2 } }));
    expect(found).toMatchObject({ cursor: { firstBatch: [{ _id: 1 }] } });
    expect(await ask(opMsg({ ping: 1 }))).toEqual({ ok: 1 });
  });
});
