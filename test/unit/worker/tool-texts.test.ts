import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capResult } from '../../../src/worker/run/cap-result.ts';
import { areInvalid, parseArguments } from '../../../src/worker/run/parse-arguments.ts';

const LIMIT = 256 * 1024;

describe('arguments of a tool call', () => {
  it('are the JSON object the model wrote, and no text is none', () => {
    expect(parseArguments('{"a": [1, {"b": null}]}')).toEqual({ a: [1, { b: null }] });
    for (const nothing of ['', '  \n', '{}']) expect(parseArguments(nothing)).toEqual({});
  });

  it.each([
    '{',
    '[1]',
    '"text"',
    'null',
    '5',
    '{"a":1} trailing',
    "{'a':1}",
    '{"a\\u0000":1}',
    `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`,
    `{"a":${'['.repeat(70)}${']'.repeat(70)}}`,
  ])('are invalid when they are no object that can be stored: %s', (text) => {
    expect(areInvalid(parseArguments(text))).toBe(true);
  });

  it('are always an object, whatever the model writes, and valid JSON objects come through unchanged', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000 }), (text) => {
        const args = parseArguments(text);
        expect(JSON.stringify(args).length).toBeLessThan(15_000);
        expect(Array.isArray(args)).toBe(false);
      }),
    );
    const key = fc.string({ maxLength: 10 }).filter((text) => !text.includes('\u0000') && text !== '__invalid_json');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000'));
        const args = parseArguments(text);
        expect(args).toEqual(JSON.parse(text));
        expect(areInvalid(args)).toBe(false);
      }),
    );
  });
});

describe('a tool result', () => {
  it('is kept as it is up to 256 KiB', () => {
    for (const text of ['', 'short', 'x'.repeat(LIMIT), 'é'.repeat(LIMIT / 2)]) expect(capResult(text)).toBe(text);
  });

  it('is cut above that, between two characters, and says how long it was', () => {
    for (const text of ['x'.repeat(LIMIT + 1), `x${'é'.repeat(LIMIT)}`, `xx${'🙂'.repeat(LIMIT / 2)}`]) {
      const [kept = '', mark] = capResult(text).split('\n');
      expect(mark).toBe(`[cut: ${Buffer.byteLength(text)} bytes in all]`);
      expect(text.startsWith(kept)).toBe(true);
      expect(Buffer.byteLength(kept)).toBeGreaterThan(LIMIT - 4);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(LIMIT);
      expect(kept).not.toContain('\ufffd');
    }
  });
});
