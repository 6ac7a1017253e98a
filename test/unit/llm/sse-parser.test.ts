import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser } from '../../../src/shared/llm/sse-parser.ts';

const parse = (pieces: readonly string[]) => {
  const events: string[] = [];
  const parser = createSseParser((data) => events.push(data));
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return { events, pending: parser.pending };
};

describe('createSseParser', () => {
  it('delivers the data of each event, with or without the blank after the colon', () => {
    expect(parse(['data: {"a":1}\n\ndata:{"b":2}\n\n']).events).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('skips comments, event names, ids and unknown fields', () => {
    expect(parse([': ping\n\nevent: x\nid: 1\nretry: 5\nfoo\ndata: 1\n\ndatabase: no\n\n']).events).toEqual(['1']);
  });

  it('understands CRLF, also when it is cut in two', () => {
    expect(parse(['data: 1\r', '\n\r', '\ndata: 2\r\n\r\n']).events).toEqual(['1', '2']);
  });

  it('joins the data lines of one event and keeps empty ones', () => {
    expect(parse(['data: a\ndata:\ndata: b\n\ndata\ndata\n\n']).events).toEqual(['a\n\nb', '\n']);
  });

  it('delivers an event whose closing blank line is missing at the end', () => {
    expect(parse(['data: 1\n\ndata: [DONE]']).events).toEqual(['1', '[DONE]']);
  });

  it('tells how much it holds back', () => {
    const parser = createSseParser(() => undefined);
    parser.push('data: 1234\ndata: 56');
    expect(parser.pending).toBe(4 + 'data: 56'.length);
  });

  it('gives the same events however the stream is cut', () => {
    const payload = fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text));
    fc.assert(
      fc.property(fc.array(payload), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(40)), (payloads, newline, cuts) => {
        const stream = payloads.map((data) => `data: ${data}${newline}: x${newline}${newline}`).join('');
        const pieces: string[] = [];
        let from = 0;
        for (const cut of cuts) {
          pieces.push(stream.slice(from, from + cut));
          from += cut;
        }
        pieces.push(stream.slice(from));
        expect(parse(pieces)).toEqual({ events: payloads, pending: 0 });
      }),
    );
  });
});
