import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogSink } from '../../../src/shared/logging/log-sink.ts';

/** A stream whose reader takes something only when the test says so. */
function slowStream() {
  const taken: string[] = [];
  let next: (() => void) | null = null;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      next = () => {
        taken.push(String(chunk));
        done();
      };
    },
  });
  const take = async () => {
    while (next !== null) {
      const one: () => void = next;
      next = null;
      one();
      await Promise.resolve();
    }
  };
  return { stream, taken, take };
}

describe('the sink of log lines', () => {
  it('keeps so much for a slow reader and drops the rest, and says how many when he reads again', async () => {
    const { stream, taken, take } = slowStream();
    const sink = createLogSink(stream, 100);
    for (let n = 0; n < 50; n += 1) sink.write(`${String(n).padStart(9, '0')}\n`);
    expect(stream.writableLength).toBeLessThan(150);
    await take();
    sink.write('after\n');
    await take();
    const kept = taken.filter((line) => /^\d{9}\n$/.test(line)).length;
    expect(kept).toBeLessThan(15);
    const [told = '', last] = taken.slice(-2);
    expect(JSON.parse(told)).toMatchObject({ level: 40, lines: 50 - kept, msg: expect.stringContaining('dropped') });
    expect(last).toBe('after\n');
  });

  it('waits for the last lines, but not for ever, and not for a reader that has gone', async () => {
    const { stream, take } = slowStream();
    const sink = createLogSink(stream);
    sink.write('line\n');
    const before = performance.now();
    await sink.flushed(50);
    expect(performance.now() - before).toBeGreaterThanOrEqual(49);
    const flushed = sink.flushed(10_000);
    await take();
    await flushed;
    sink.write('line\n');
    stream.destroy(new Error('EPIPE'));
    await sink.flushed(10_000);
    sink.write('line\n');
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
