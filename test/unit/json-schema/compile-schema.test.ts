import { describe, expect, it } from 'vitest';
import { compileSchema, SchemaError } from '../../../src/shared/json-schema/compile-schema.ts';

const person = {
  type: 'object',
  properties: { name: { type: 'string', pattern: '^[A-Z]' }, age: { type: 'integer', minimum: 0 } },
  required: ['name'],
  additionalProperties: false,
};

describe('the check of a JSON Schema', () => {
  it('says where and what does not fit, and nothing when all does', () => {
    const check = compileSchema(person);
    expect(check({ name: 'Ada', age: 36 })).toEqual([]);
    expect(check({ age: 36 })).toEqual(["/ must have required property 'name'"]);
    expect(check({ name: 'ada' })).toEqual(['/name must match pattern "^[A-Z]"']);
    expect(check({ name: 'Ada', extra: 1 })).toEqual(['/ must NOT have additional properties: extra']);
  });

  it('follows references inside the schema, also recursive ones', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#/$defs/node' } }, $defs: { node: { $ref: '#' } } };
    const check = compileSchema(tree);
    expect(check({ child: { child: { child: {} } } })).toEqual([]);
    expect(check({ child: { child: 1 } })).toEqual(['/child/child must be object']);
  });

  it.each([
    ['a reference to another document', { $ref: 'https://example.com/schema.json' }],
    ['a type that does not exist', { type: 'strnig' }],
    ['a pattern that is none', { type: 'string', pattern: '(' }],
    ['a pattern that needs backtracking', { type: 'string', pattern: '(a)\\1' }],
    ['more than 64 KiB', { description: 'x'.repeat(70_000) }],
  ])('refuses %s', (_what, schema) => {
    expect(() => compileSchema(schema)).toThrow(SchemaError);
  });

  it('answers at once where a backtracking engine would hang', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    expect(check(`${'a'.repeat(50_000)}!`)).toHaveLength(1);
  });

  it('keeps the patterns of a schema apart', () => {
    const check = compileSchema({ properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } });
    expect([check({ a: 'a', b: 'b' }), check({ a: 'b' }).length, check({ b: 'a' }).length]).toEqual([[], 1, 1]);
  });

  it('lets the same $id be used by two schemas', () => {
    const named = (type: string) => compileSchema({ $id: 'https://example.com/same', type });
    expect([named('string')('x'), named('number')(1)]).toEqual([[], []]);
  });
});
