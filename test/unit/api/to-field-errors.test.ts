import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toFieldErrors } from '../../../src/api/to-field-errors.ts';
import { messagesInputSchema } from '../../../src/shared/domain/message.ts';

const errorsOf = (schema: z.ZodType, input: unknown, place: 'body' | 'query' = 'body') =>
  toFieldErrors(schema.safeParse(input).error?.issues ?? [], input, place).map(
    ({ pointer, code }) => `${pointer} ${code}`,
  );

describe('toFieldErrors', () => {
  it('tells a missing field from one of the wrong type', () => {
    const schema = z.strictObject({ a: z.string(), b: z.object({ c: z.number() }) });
    expect(errorsOf(schema, { a: 1, b: {} })).toEqual(['/a invalid_type', '/b/c required']);
    expect(errorsOf(schema, [])).toEqual([' invalid_type']);
  });

  it('names each unknown field with a pointer that can be followed', () => {
    const schema = z.object({ list: z.array(z.strictObject({})) });
    expect(errorsOf(schema, { list: [{}, { 'a/b': 1, 'c~d': 2 }] })).toEqual([
      '/list/1/a~1b unknown_field',
      '/list/1/c~0d unknown_field',
    ]);
    expect(errorsOf(z.strictObject({}), { sort: 'x' }, 'query')).toEqual(['query/sort unknown_parameter']);
  });

  it('speaks of the form of a union that was meant', () => {
    expect(errorsOf(messagesInputSchema, { messages: [{ role: 'user' }] })).toEqual(['/messages/0/content required']);
    expect(errorsOf(messagesInputSchema, [{ role: 'boss', content: 'x' }])).toEqual(['/0/role invalid_value']);
    expect(errorsOf(messagesInputSchema, { mesages: [] })).toEqual(['/messages required', '/mesages unknown_field']);
    expect(errorsOf(messagesInputSchema, 12)).toEqual([' invalid_type']);
  });

  it('uses the code of a refinement when it has one', () => {
    const schema = z.object({
      a: z.string().refine(() => false, { params: { code: 'not_today' } }),
      b: z.string().refine(() => false),
    });
    expect(errorsOf(schema, { a: '', b: '' })).toEqual(['/a not_today', '/b invalid']);
  });

  it('cuts keys, which a client may make as long as it likes', () => {
    expect(errorsOf(z.strictObject({}), { ['k'.repeat(5000)]: 1 })[0]?.length).toBeLessThan(100);
  });
});
