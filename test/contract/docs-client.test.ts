import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/domain/ids.ts';
import type { EventCursor, StreamEventName } from '../../src/shared/domain/stream-event.ts';
import { buildFrame } from '../../src/shared/run-events/frame.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-docs-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The client of docs/streaming.md, as it stands there. */
const [, source = ''] = /^```ts\n([\s\S]+?)^```/m.exec(readFileSync('docs/streaming.md', 'utf8')) ?? [];
const client = join(folder, 'follow-run.ts');
writeFileSync(client, source);

interface Part {
  /** What the client must have sent: the id of the last event it was given. */
  readonly after: string | undefined;
  readonly bytes: string;
}

/** Answers the n-th request with the n-th part and cuts the connection, after the last one cleanly. */
async function serve(parts: readonly Part[]) {
  const cursors: (string | string[] | undefined)[] = [];
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    const part = parts[cursors.length];
    cursors.push(req.headers['last-event-id']);
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    if (cursors.length < parts.length) res.write(part?.bytes ?? '', () => req.socket.destroySoon());
    else res.end(part?.bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, cursors, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function follow(parts: readonly Part[]) {
  const { server, cursors, url } = await serve(parts);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [client, url], { timeout: 15_000 });
    expect(cursors).toEqual(parts.map(({ after }) => after));
    return stdout.trim().split('\n');
  } finally {
    server.close();
  }
}

const event = (cursor: EventCursor | null, name: StreamEventName, data: object): string =>
  buildFrame(cursor, name, JSON.stringify(data));
const metadata = (attempt: number): string => event({ attempt, n: 0 }, 'metadata', { attempt });
const message = (id: string, content: string) => ({ id, role: 'assistant', content });
const TEXT = 'Zwölf 🧶\u2028threads';

describe('the client of docs/streaming.md', () => {
  it('goes on after a connection that was cut inside a frame, and shows the text once', async () => {
    const id = newId();
    const rest = event({ attempt: 1, n: 2 }, 'text', { message_id: id, offset: 5, delta: TEXT.slice(5) });
    const lines = await follow([
      {
        after: undefined,
        bytes: `${metadata(1)}${event({ attempt: 1, n: 1 }, 'text', { message_id: id, offset: 0, delta: TEXT.slice(0, 5) })}: heartbeat\n${rest.slice(0, 40)}`,
      },
      { after: '1-1', bytes: rest },
      {
        after: '1-2',
        bytes:
          event({ attempt: 1, n: 3 }, 'message', message(id, TEXT)) +
          event({ attempt: 1, n: 4 }, 'done', { status: 'completed' }),
      },
    ]);
    expect(lines).toEqual([`assistant: ${JSON.stringify(TEXT)}`, 'completed']);
  });

  it('drops the unfinished message of an attempt that was replaced', async () => {
    const [first, second] = [newId(), newId()];
    const lines = await follow([
      {
        after: undefined,
        bytes: metadata(1) + event({ attempt: 1, n: 1 }, 'text', { message_id: first, offset: 0, delta: 'Half of it' }),
      },
      {
        after: '1-1',
        bytes:
          metadata(2) +
          event({ attempt: 2, n: 1 }, 'text', { message_id: second, offset: 0, delta: 'All of it' }) +
          event({ attempt: 2, n: 2 }, 'message', message(second, 'All of it')) +
          event({ attempt: 2, n: 3 }, 'done', { status: 'completed' }),
      },
    ]);
    expect(lines).toEqual(['assistant: "All of it"', 'completed']);
  });

  it('takes a snapshot for what is gone, and leaves out text whose beginning it does not have', async () => {
    const [stored, draft] = [newId(), newId()];
    const lines = await follow([
      {
        after: undefined,
        bytes:
          event(null, 'queued', { position: 1 }) +
          event({ attempt: 1, n: 6 }, 'snapshot', { run: {}, messages: [message(stored, 'Stored')] }) +
          event({ attempt: 1, n: 7 }, 'text', { message_id: draft, offset: 9, delta: ' end' }),
      },
      { after: '1-7', bytes: event({ attempt: 1, n: 8 }, 'done', { status: 'cancelled' }) },
    ]);
    expect(lines).toEqual(['assistant: "Stored"', 'cancelled']);
  });
});
