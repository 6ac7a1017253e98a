import { monitorEventLoopDelay } from 'node:perf_hooks';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { MediaType } from '../../../src/shared/domain/document.ts';
import { type ReadLimits, readDocument } from '../../../src/worker/documents/read-document.ts';
import type { ReadPassage } from '../../../src/worker/documents/thread-messages.ts';
import { makePdf } from '../../api/documents/make-pdf.ts';

const LIMITS: ReadLimits = { timeoutMs: 15_000, memoryMb: 96 };

function read(
  bytes: Buffer | string,
  mediaType: MediaType,
  limits: Partial<ReadLimits> = {},
  signal = new AbortController().signal,
) {
  const passages: ReadPassage[] = [];
  const handlers = {
    onProgress: () => undefined,
    onRead: () => undefined,
    onPassages: async (more: readonly ReadPassage[]) => void passages.push(...more),
  };
  const data = { bytes: new Uint8Array(Buffer.from(bytes)), mediaType, name: 'x' };
  return readDocument(data, handlers, signal, { ...LIMITS, ...limits }).then(() => passages);
}

/** A PDF whose page is `mb` of zeros, packed. */
function pdfBomb(mb: number): Buffer {
  const packed = deflateSync(Buffer.alloc(mb * 1_048_576));
  const stream = `<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n${packed.toString('latin1')}\nendstream`;
  const pdf = makePdf([[[12, 'x']]]).toString('latin1');
  return Buffer.from(
    pdf.replace(/<< \/Length \d+ >>\nstream[\s\S]*?endstream/, () => stream),
    'latin1',
  );
}

describe('a hostile document', () => {
  it('that takes for ever is given up in time, and the event loop goes on meanwhile', async () => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const problem = read('> '.repeat(1_000_000), 'text/markdown', { timeoutMs: 1000, memoryMb: 512 });
    await expect(problem).rejects.toMatchObject({ code: 'parse_timeout' });
    delay.disable();
    expect(delay.percentile(99) / 1e6).toBeLessThan(500);
  });

  it('that fills the heap is given up, and this process lives', async () => {
    await expect(read('a\n\n'.repeat(2_000_000), 'text/plain')).rejects.toMatchObject({ code: 'too_complex' });
  });

  it('that unpacks to more than memory has is given up', async () => {
    await expect(read(pdfBomb(1500), 'application/pdf')).rejects.toMatchObject({ code: 'too_complex' });
  });

  it('with deep nesting is read', async () => {
    const passages = await read(`${'<div>'.repeat(100_000)}deep`, 'text/html');
    expect(passages.map(({ text }) => text)).toEqual(['deep']);
  });
});

it('reading ends when it is not wanted any more', async () => {
  const controller = new AbortController();
  const reading = read('> '.repeat(1_000_000), 'text/markdown', { memoryMb: 512 }, controller.signal);
  controller.abort(new Error('not wanted'));
  await expect(reading).rejects.toThrow('not wanted');
});
