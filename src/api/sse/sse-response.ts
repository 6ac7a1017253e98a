import type { IncomingMessage, ServerResponse } from 'node:http';

/** Frames are handed to the socket in parts of this size, so that a slow but living client shows progress within one large frame. */
const PART_BYTES = 64 * 1024;
const HEARTBEAT = ': heartbeat\n';

export interface SseLimits {
  /** Unsent bytes above which the client is cut off. */
  readonly maxUnsentBytes: number;
  /** Longest time the socket may stay full. */
  readonly drainMs: number;
}

export const SSE_LIMITS: SseLimits = { maxUnsentBytes: 1_048_576, drainMs: 30_000 };

/** One open event stream. It ends by `end` or by destroying the socket: clients take a clean end for completion, so only `end` makes one. */
export interface SseResponse {
  readonly open: boolean;
  /** Sends whole frames as one write (large ones in parts). Settles when more can be sent, or the stream has closed. */
  send(frames: string | Buffer | readonly Buffer[]): Promise<void> | undefined;
  /** A clean end after all that was sent. */
  end(): void;
  destroy(): void;
  /** Settles when the connection is gone or the answer has been sent; never rejects. */
  readonly closed: Promise<void>;
}

/**
 * Sends the headers of an event stream at once (and nothing more to a `HEAD`) and keeps it alive: a comment after `heartbeatMs` without a byte, whatever else waits.
 * A client that does not read is cut off (`limits`); `onCutOff` then gets the reason.
 */
export function openSseResponse(options: {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly heartbeatMs: number;
  readonly limits: SseLimits;
  readonly onBytes: (count: number) => void;
  readonly onCutOff: (reason: 'unsent' | 'drain') => void;
}): SseResponse {
  const { req, res, limits } = options;
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  // Not req.destroyed: that is true as soon as a request's body has been read.
  let open = !res.destroyed && !req.socket.destroyed;
  let full: { readonly promise: Promise<void>; readonly resolve: () => void; readonly timer: NodeJS.Timeout } | null =
    null;

  const heartbeat = setInterval(() => {
    if (open && full === null) write(HEARTBEAT);
  }, options.heartbeatMs);

  function release(): void {
    open = false;
    clearInterval(heartbeat);
    res.off('drain', onDrain);
    onDrain();
    onClosed();
  }

  function cutOff(reason: 'unsent' | 'drain'): void {
    if (res.destroyed) return;
    options.onCutOff(reason);
    destroy();
  }

  function destroy(): void {
    // Not res.end(): a cut connection tells the client to come back.
    req.socket.destroy();
    release();
  }

  function end(): void {
    if (!open) return;
    clearInterval(heartbeat);
    open = false;
    res.end();
    // What is still unsent has the same time as any full socket.
    const timer = setTimeout(cutOff, limits.drainMs, 'drain');
    res.once('close', () => clearTimeout(timer));
  }

  function onDrain(): void {
    if (full === null) return;
    clearTimeout(full.timer);
    full.resolve();
    full = null;
  }

  /** False: wait for `full` before the next write. */
  function write(part: string | Buffer): boolean {
    heartbeat.refresh();
    options.onBytes(part.length);
    if (res.write(part)) return true;
    if (res.writableLength > limits.maxUnsentBytes) cutOff('unsent');
    else if (open && full === null)
      full = { ...Promise.withResolvers<void>(), timer: setTimeout(cutOff, limits.drainMs, 'drain') };
    return full === null && open;
  }

  async function sendParts(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && open; at += PART_BYTES) {
      if (!write(bytes.subarray(at, at + PART_BYTES))) await full?.promise;
    }
  }

  res.on('drain', onDrain);
  res.once('close', release);
  // A write that meets a connection that is just closing; 'close' follows.
  res.on('error', () => undefined);
  if (open) {
    req.socket.setNoDelay(true);
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    res.flushHeaders();
    if (req.method === 'HEAD') end();
  } else release();

  return {
    get open() {
      return open;
    },
    send(frames) {
      if (!open) return undefined;
      const bytes = typeof frames === 'string' ? Buffer.from(frames) : joined(frames);
      if (bytes.length > PART_BYTES) return sendParts(bytes);
      return write(bytes) ? undefined : full?.promise;
    },
    end,
    destroy,
    closed,
  };
}

function joined(frames: Buffer | readonly Buffer[]): Buffer {
  if (Buffer.isBuffer(frames)) return frames;
  const [first] = frames;
  return frames.length === 1 && first !== undefined ? first : Buffer.concat(frames);
}
