import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/shared/llm/parse-retry-after.ts';

const now = Date.UTC(2030, 0, 1, 12, 0, 0);
const parse = (headers: Record<string, string>) => parseRetryAfter(new Headers(headers), now);

describe('parseRetryAfter', () => {
  it('reads seconds, fractions included', () => {
    expect(parse({ 'retry-after': '7' })).toBe(7_000);
    expect(parse({ 'retry-after': '0.25' })).toBe(250);
    expect(parse({ 'retry-after': '7200' })).toBe(7_200_000);
  });

  it('reads an HTTP date, one in the past as no wait', () => {
    expect(parse({ 'retry-after': 'Tue, 01 Jan 2030 12:00:05 GMT' })).toBe(5_000);
    expect(parse({ 'retry-after': 'Tue, 01 Jan 2030 11:00:00 GMT' })).toBe(0);
  });

  it('prefers the header in milliseconds', () => {
    expect(parse({ 'retry-after-ms': '1500', 'retry-after': '2' })).toBe(1_500);
  });

  it.each(['', '-5', 'soon', 'NaN', '1e9', 'Infinity', 'Monday maybe', '2030'.repeat(5)])('ignores "%s"', (value) => {
    expect(parse({ 'retry-after': value })).toBeNull();
  });

  it('is null without the header', () => {
    expect(parse({})).toBeNull();
  });
});
