import { all, create } from 'mathjs/number';
import { z } from 'zod';
import { defineTool, ToolError } from './tool.ts';

const MAX_LENGTH = 500;

/**
 * Arithmetic with a real expression parser: no `eval`, plain numbers only (no matrices or ranges that could be made huge), and none of the functions that
 * change the parser itself.
 */
export function createCalculator() {
  const math = create(all ?? {});
  const { evaluate } = math;
  if (!evaluate) throw new Error('the expression parser is not there');
  const refuse = (name: string) => () => {
    throw new Error(`${name} is not allowed`);
  };
  const blocked = [
    'import',
    'createUnit',
    'reviver',
    'evaluate',
    'parse',
    'simplify',
    'derivative',
    'resolve',
    'compile',
    'parser',
    'chain',
    'config',
  ];
  math.import?.(Object.fromEntries(blocked.map((name) => [name, refuse(name)])), { override: true });

  return defineTool({
    name: 'calculator',
    description: 'Evaluates an arithmetic expression, for example "12 * 7" or "sqrt(2)^2 + log10(1000)".',
    schema: z.strictObject({ expression: z.string().min(1).max(MAX_LENGTH).describe('The expression.') }),
    idempotent: true,
    async execute({ expression }) {
      let value: unknown;
      try {
        value = evaluate(expression);
      } catch (error) {
        throw new ToolError(
          'invalid_expression',
          error instanceof Error ? error.message : 'The expression cannot be read.',
        );
      }
      if (typeof value !== 'number' && typeof value !== 'boolean')
        throw new ToolError('invalid_expression', 'The expression has no number as its value.');
      return String(typeof value === 'number' ? Number(value.toPrecision(15)) : value);
    },
  });
}
