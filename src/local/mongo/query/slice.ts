import { StoreError } from '../errors.ts';
import { isNumeric } from '../values/compare-numbers.ts';

/** The `$slice` projection: `n` first or last elements, or `[skip, limit]`. Anything but an array stays as it is. */
export function sliceOf(operand: unknown): (value: unknown) => unknown {
  const numbers = (Array.isArray(operand) ? operand : [operand]).map((value) =>
    isNumeric(value) ? Math.trunc(Number(value.toString())) : Number.NaN,
  );
  const [first = Number.NaN, limit] = numbers;
  if (numbers.some(Number.isNaN) || numbers.length > 2) throw new StoreError(2, 'Invalid $slice syntax');
  if (!Array.isArray(operand)) {
    return (value) => (Array.isArray(value) ? (first >= 0 ? value.slice(0, first) : value.slice(first)) : value);
  }
  if (limit === undefined || limit <= 0) throw new StoreError(2, 'The $slice limit must be positive');
  return (value) => {
    if (!Array.isArray(value)) return value;
    const start = first < 0 ? Math.max(0, value.length + first) : first;
    return value.slice(start, start + limit);
  };
}
