import { all, create, type MathNode } from 'mathjs/number';
import { z } from 'zod';
import { defineTool, ToolError } from './tool.ts';

const MAX_LENGTH = 500;
/** Each level of brackets costs the parser two dozen stack frames. */
const MAX_BRACKETS = 50;

/** What may be called. None of these loops over its arguments' values, so an expression costs what its length says. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['abs', 'sign', 'sqrt', 'cbrt', 'nthRoot', 'square', 'cube', 'pow', 'exp', 'expm1', 'hypot', 'unaryMinus'],
  ...['log', 'log2', 'log10', 'log1p', 'round', 'ceil', 'floor', 'fix', 'mod', 'gcd', 'lcm', 'min', 'max', 'factorial'],
  ...['sin', 'cos', 'tan', 'sec', 'csc', 'cot', 'asin', 'acos', 'atan', 'atan2'],
  ...[
    'sinh',
    'cosh',
    'tanh',
    'asinh',
    'acosh',
    'atanh',
    'mean',
    'median',
    'sum',
    'add',
    'subtract',
    'multiply',
    'divide',
  ],
]);
const CONSTANTS: ReadonlySet<string> = new Set(['pi', 'e', 'tau', 'phi', 'Infinity', 'NaN', 'true', 'false']);
const NODES: ReadonlySet<string> = new Set([
  'ConstantNode',
  'OperatorNode',
  'ParenthesisNode',
  'ConditionalNode',
  'RelationalNode',
  'FunctionNode',
  'SymbolNode',
]);

/**
 * Arithmetic with a real expression parser: no `eval`, plain numbers only. Of the parser's language only what is listed above is taken: no definitions (a
 * function that calls itself would hold up every run of this worker), no assignments, texts, lists, ranges or properties, and no function that counts up to its argument.
 */
export function createCalculator() {
  const { parse } = create(all ?? {});
  if (!parse) throw new Error('the expression parser is not there');

  return defineTool({
    name: 'calculator',
    description: 'Evaluates an arithmetic expression, for example "12 * 7" or "sqrt(2)^2 + log10(1000)".',
    schema: z.strictObject({ expression: z.string().min(1).max(MAX_LENGTH).describe('The expression.') }),
    idempotent: true,
    async execute({ expression }) {
      let value: unknown;
      try {
        if ((expression.match(/[([{]/g) ?? []).length > MAX_BRACKETS) throw new Error('Too many brackets.');
        const node = parse(expression);
        node.traverse(refuseOthers);
        value = node.evaluate();
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

/** @throws when a part of an expression is not arithmetic. The name of a called function is a part of its own. */
function refuseOthers(node: MathNode): void {
  const name = 'name' in node && typeof node.name === 'string' ? node.name : '';
  const known = FUNCTIONS.has(name) || (node.type === 'SymbolNode' && CONSTANTS.has(name));
  if (!NODES.has(node.type)) throw new Error('Only arithmetic with numbers can be evaluated.');
  if ((node.type === 'FunctionNode' || node.type === 'SymbolNode') && !known) throw new Error(`There is no "${name}".`);
}
