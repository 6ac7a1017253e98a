import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, toPage } from '../../../src/api/pagination.ts';

const schema = z.tuple([z.string(), z.int()]);

describe('cursors', () => {
  it('give back the key they were made of', () => {
    expect(decodeCursor(schema, encodeCursor(['ä/+?', 7]))).toEqual(['ä/+?', 7]);
    expect(encodeCursor(['ä/+?', 7])).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(schema, undefined)).toBeUndefined();
  });

  it.each(['', 'abc', '!!', encodeCursor([7, 'x']), encodeCursor(['x']), encodeCursor(['x', 7, 8])])(
    'refuse %j',
    (text) => {
      expect(() => decodeCursor(schema, text)).toThrow('1 field is not valid.');
    },
  );
});

describe('toPage', () => {
  const page = (items: number[], limit: number) =>
    toPage('/things?limit=2&status=a%20b', items, limit, (last) => [last]);

  it('has no next page when there is no surplus item', () => {
    expect(page([1, 2], 2)).toEqual({ body: [1, 2], headers: {} });
    expect(page([], 2)).toEqual({ body: [], headers: {} });
  });

  it('leaves the surplus item out and goes on after the last one shown, with the other parameters', () => {
    const { body, headers } = page([1, 2, 3], 2);
    expect(body).toEqual([1, 2]);
    expect(headers['X-Pagination-Next']).toBe(encodeCursor([2]));
    const url = new URL(/^<(.+)>; rel="next"$/.exec(headers.Link ?? '')?.[1] ?? '', 'http://x');
    expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '2', status: 'a b', cursor: encodeCursor([2]) });
  });
});
