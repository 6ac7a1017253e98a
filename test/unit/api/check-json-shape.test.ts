import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonShape } from '../../../src/api/body/check-json-shape.ts';
import { AppError } from '../../../src/shared/errors/app-error.ts';

function refusal(value: object): string {
  try {
    checkJsonShape(value);
    return 'fine';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.code, error.details.errors?.[0]?.pointer].filter((part) => part !== undefined).join(' ');
  }
}

const nest = (levels: number): object => (levels === 1 ? [] : [nest(levels - 1)]);

describe('checkJsonShape', () => {
  it('takes any JSON of a reasonable size', () => {
    const json = fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(json), (value) => refusal(value) === 'fine' || JSON.stringify(value).includes('\\u0000')),
    );
  });

  it('counts depth from the body itself', () => {
    expect(refusal(nest(32))).toBe('fine');
    expect(refusal(nest(33))).toBe('too_deep');
    expect(refusal({ a: { b: nest(31) } })).toBe('too_deep');
  });

  it('counts keys everywhere and entries of arrays nowhere', () => {
    const messages = (n: number) => Array.from({ length: n }, () => ({ role: 'user', content: 'x' }));
    expect(refusal({ messages: messages(9999) })).toBe('fine');
    expect(refusal({ messages: messages(10_001) })).toBe('too_many_keys');
    expect(refusal(Array.from({ length: 200_000 }, () => 1))).toBe('fine');
  });

  it('points at text that no store keeps as it is', () => {
    expect(refusal({ a: [{ 'b/c': 'x\u0000' }] })).toBe('validation_failed /a/0/b~1c');
    expect(refusal({ a: ['fine', '\udc00'] })).toBe('validation_failed /a/1');
    expect(refusal({ a: { '\ud800': 1 } })).toBe('validation_failed /a');
    expect(refusal(JSON.parse('{"a":{"__proto__":{}}}'))).toBe('validation_failed /a');
  });
});
