import { BSONRegExp } from 'bson';
import { notImplemented, StoreError } from '../errors.ts';

/** A BSON regular expression as a stateless RegExp; PCRE's extended syntax (`x`) has no counterpart and is refused. */
export function toRegExp(pattern: string, options: string): RegExp {
  let flags = '';
  for (const option of options) {
    if (option === 'i' || option === 'm' || option === 's') flags += option;
    else if (option === 'x') throw notImplemented('the regular expression option x');
    else if (option !== 'u') throw new StoreError(2, `invalid flag in regex options: ${option}`);
  }
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    try {
      return new RegExp(pattern, flags);
    } catch (error) {
      throw new StoreError(51091, `Regular expression is invalid: ${error instanceof Error ? error.message : pattern}`);
    }
  }
}

/** The operand of `$regex` with its sibling `$options`. */
export function regexOperand(operand: unknown, options: unknown): BSONRegExp {
  if (options !== undefined && typeof options !== 'string') throw new StoreError(2, '$options has to be a string');
  if (typeof operand === 'string') return new BSONRegExp(operand, sorted(options ?? ''));
  if (!(operand instanceof BSONRegExp)) throw new StoreError(2, '$regex has to be a string');
  if (options !== undefined && operand.options !== '') {
    throw new StoreError(2, 'options set in both $regex and $options');
  }
  return options === undefined ? operand : new BSONRegExp(operand.pattern, sorted(options));
}

function sorted(options: string): string {
  return [...options].sort().join('');
}
