import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuiltinTools } from '../../../src/worker/tools/builtin-tools.ts';
import { createCalculator } from '../../../src/worker/tools/calculator.ts';
import { ToolError } from '../../../src/worker/tools/tool.ts';

const tool = createCalculator();
const context = { signal: new AbortController().signal, idempotencyKey: 'k', projectId: 'p' };
const calculate = (expression: string) => tool.execute({ expression }, context);

describe('the calculator', () => {
  it.each([
    ['12*7', '84'],
    ['0.1 + 0.2', '0.3'],
    ['sqrt(2)^2', '2'],
    ['log10(1000) + round(pi, 2)', '6.14'],
    ['-(3 - 5) * 2 ^ 10', '2048'],
    ['10 mod 3 + 5!', '121'],
    ['max(1, 2, 3) > 2 ? 10 : 20', '10'],
    ['1 / 0', 'Infinity'],
    ['2 < 3', 'true'],
  ])('%s is %s', async (expression, value) => {
    expect(await calculate(expression)).toBe(value);
  });

  it.each([
    'import({a: 1})',
    'parse("1+1")',
    'evaluate("1+1")',
    'compile("1")',
    'simplify("1+1")',
    'createUnit("x")',
    'config({})',
    'cos.constructor("return process")()',
    'constructor',
    '__proto__',
    'toString()',
    '"a".constructor',
    '{a: 1}.a',
    '[1, 2, 3]',
    '1:1000000000',
    'a = 5',
    'f(x) = f(x)',
    'f(n) = n < 2 ? n : f(n - 1) + f(n - 2); f(60)',
    '1; 2',
    'combinations(1e9, 5e8)',
    'permutations(1e9, 1e9)',
    'random()',
    'isPrime(9007199254740881)',
    'sqrt',
    'sqrt(',
    '1 +',
    '',
    `${'('.repeat(240)}1${')'.repeat(240)}`,
    '+'.repeat(500),
    `${'-'.repeat(499)}x`,
    '"text"',
  ])('refuses %s, and at once', async (expression) => {
    const startedAt = performance.now();
    await expect(calculate(expression)).rejects.toBeInstanceOf(ToolError);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('answers with a number or a refusal, within a moment, whatever it is given', async () => {
    const token = fc.constantFrom(
      ...[
        '1',
        '9e99',
        '0',
        '(',
        ')',
        '!',
        '^',
        '%',
        '-',
        '*',
        ',',
        '?',
        ':',
        'pi',
        'x',
        '=',
        ';',
        '"',
        '[',
        ']',
        '.',
        ' ',
      ],
      ...['factorial(', 'gcd(', 'nthRoot(', 'lcm(', 'f(x)=', 'map(', '{', '}', 'to', 'in', "'", '\\', '//', '\n', '🙂'],
    );
    const expression = fc.oneof(
      fc.array(token, { maxLength: 80 }).map((parts) => parts.join('')),
      fc.string({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const startedAt = performance.now();
        const result = await calculate(text).catch((error: unknown) => error);
        expect(
          typeof result === 'string'
            ? /^(true|false|NaN|-?Infinity|-?[\d.e+-]+)$/.test(result)
            : result instanceof ToolError,
        ).toBe(true);
        expect(performance.now() - startedAt).toBeLessThan(1000);
      }),
      { numRuns: 500 },
    );
  });

  it('is one of the tools that a model finds by name, and inherited names find none', () => {
    const tools = createBuiltinTools({ search: async () => [] });
    expect([...tools.keys()].toSorted()).toEqual(['calculator', 'current_time', 'search_documents']);
    for (const name of ['constructor', '__proto__', 'toString', '']) expect(tools.get(name)).toBeUndefined();
  });
});
