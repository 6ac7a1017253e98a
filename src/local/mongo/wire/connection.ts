import type { Socket } from 'node:net';
import { toStoreError } from '../errors.ts';
import { type Doc, firstKey } from '../values/document.ts';
import { FrameReader } from './frame-reader.ts';
import { encodeReply, parseMessage, type Request } from './message.ts';
import { encodeAnswer } from './raw-documents.ts';

export interface ConnectionDeps {
  socket: Socket;
  /** Runs one command; rejects with a StoreError. */
  execute(body: Doc): Promise<Doc>;
}

export interface Connection {
  /** Ends the connection when the command in progress, if any, has been answered. */
  close(): Promise<void>;
}

/** Above this many unread bytes of answers or waiting messages the socket is not read any further. */
const MAX_WAITING = 64;

/**
 * Serves one client: one command after the other, in the order they came. Whatever a client sends, the worst that
 * happens is that its own connection ends.
 */
export function serveConnection({ socket, execute }: ConnectionDeps): Connection {
  const reader = new FrameReader();
  const waiting: Buffer[] = [];
  let working: Promise<void> | null = null;
  let closing = false;
  let replyId = 1;

  async function answer(message: Buffer): Promise<void> {
    const request = parseMessage(message);
    const document = await run(request);
    if (request.silent || socket.destroyed) return;
    if (!socket.write(encodeReply(request, document, replyId++))) await drained(socket);
  }

  async function run(request: Request): Promise<Uint8Array> {
    try {
      return encodeAnswer(await execute(request.legacy ? legacyBody(request.body) : request.body));
    } catch (error) {
      const { code, codeName, message, fields } = toStoreError(error);
      return encodeAnswer({ ok: 0, errmsg: message, code, codeName, ...fields });
    }
  }

  async function work(): Promise<void> {
    try {
      for (let message = waiting.shift(); message !== undefined && !closing; message = waiting.shift()) {
        await answer(message);
        if (waiting.length < MAX_WAITING && socket.isPaused()) socket.resume();
      }
    } catch {
      // The bytes are not the protocol's: nothing after them can be trusted.
      socket.destroy();
    } finally {
      working = null;
    }
  }

  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    try {
      waiting.push(...reader.push(chunk));
    } catch {
      socket.destroy();
      return;
    }
    if (waiting.length >= MAX_WAITING) socket.pause();
    if (waiting.length > 0) working ??= work();
  });
  socket.on('error', () => socket.destroy());

  return {
    async close() {
      closing = true;
      await working;
      socket.destroy();
    },
  };
}

/** OP_QUERY is only for the handshake of old clients; everything else must come as OP_MSG. */
function legacyBody(body: Doc): Doc {
  const name = firstKey(body) ?? '';
  return ['hello', 'ismaster', 'isMaster'].includes(name) ? body : { unsupportedOpQuery: name, $db: body.$db };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
