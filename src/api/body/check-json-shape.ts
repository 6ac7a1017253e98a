import { AppError } from '../../shared/errors/app-error.ts';

const MAX_DEPTH = 32;
const MAX_KEYS = 20_000;

/**
 * Refuses JSON that is cheap to send and dear to handle, before any schema looks at it, and text that no store keeps as it is: NUL and
 * lone surrogates, which UTF-8 cannot express. Entries of arrays are not counted: a thousand messages are normal.
 * @throws AppError too_deep, too_many_keys, validation_failed
 */
export function checkJsonShape(root: object): void {
  let keys = 0;
  let level: { value: object; pointer: () => string }[] = [{ value: root, pointer: () => '' }];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw new AppError('too_deep', { detail: `Objects and arrays may be nested ${MAX_DEPTH} deep.` });
    const next: typeof level = [];
    for (const { value, pointer } of level) {
      const isArray = Array.isArray(value);
      for (const [key, child] of Object.entries(value)) {
        const childPointer = () => `${pointer()}/${key.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
        if (!isArray) {
          keys += 1;
          if (key === '__proto__' || !isStorable(key)) throw badText(pointer, 'a key that cannot be stored');
        }
        if (typeof child === 'string') {
          if (!isStorable(child)) throw badText(childPointer, 'NUL and lone surrogates are not allowed');
        } else if (typeof child === 'object' && child !== null) {
          next.push({ value: child, pointer: childPointer });
        }
      }
      if (keys > MAX_KEYS) throw new AppError('too_many_keys', { detail: `A body may have ${MAX_KEYS} keys.` });
    }
    level = next;
  }
}

const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

const badText = (pointer: () => string, message: string): AppError =>
  new AppError('validation_failed', {
    detail: '1 field is not valid.',
    errors: [{ pointer: pointer(), code: 'invalid_character', message }],
  });
