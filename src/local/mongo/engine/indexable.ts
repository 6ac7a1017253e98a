import { BSONRegExp } from 'bson';

/**
 * True when equality with this operand is one point of an index. An array means the whole array or one of its elements,
 * a regular expression means many strings.
 */
export function isIndexable(operand: unknown): boolean {
  return !Array.isArray(operand) && !(operand instanceof BSONRegExp);
}
