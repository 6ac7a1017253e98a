import type { Writable } from 'node:stream';

/** Lines that wait for their reader; above it, lines are dropped and counted. */
const MAX_WAITING_BYTES = 4 * 1_048_576;

/** Where log lines go. */
export interface LogSink {
  write(line: string): void;
  /** Settles when all lines are with the reader or have no chance to get there, after `ms` at the latest. Never rejects. */
  flushed(ms: number): Promise<void>;
}

/**
 * Log lines on a stream that nobody may be reading (a log collector that hangs or has died), without ever holding the process up: pino's own destination writes synchronously, and so stands still
 * while the pipe is full and repeats its last write without end when the reader has gone (sonic-boom 4.2, `flushSync`).
 * @param stream usually `process.stdout`; one sink for each stream, because it listens to its errors
 */
export function createLogSink(stream: Writable, maxWaitingBytes = MAX_WAITING_BYTES): LogSink {
  let gone = false;
  let dropped = 0;
  const onError = () => {
    gone = true;
  };
  stream.on('error', onError);
  stream.on('close', onError);

  function tellDropped(): void {
    const line = { level: 40, time: new Date().toISOString(), pid: process.pid, lines: dropped };
    dropped = 0;
    stream.write(`${JSON.stringify({ ...line, msg: 'log lines were dropped: nobody read them in time' })}\n`);
  }

  return {
    write(line) {
      if (gone) return;
      if (stream.writableLength > maxWaitingBytes) {
        dropped += 1;
        return;
      }
      if (dropped > 0 && stream.writableLength < maxWaitingBytes / 2) tellDropped();
      stream.write(line);
    },
    async flushed(ms) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (gone || stream.writableLength === 0) return;
      const timer = setTimeout(resolve, ms);
      // Behind all that waits.
      stream.write('', () => resolve());
      await promise;
      clearTimeout(timer);
    },
  };
}
