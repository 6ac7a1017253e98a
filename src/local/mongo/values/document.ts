/** A BSON document as the store keeps it: a plain object, BSON types as the classes of `bson`, numbers as JS numbers. */
export type Doc = Record<string, unknown>;

/** True for an embedded document; false for arrays, dates, `bson` classes and scalars. */
export function isDoc(value: unknown): value is Doc {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Reads an own field; `constructor` or `toString` of the prototype is not a field. Missing is undefined. */
export function getField(doc: Doc, key: string): unknown {
  return Object.hasOwn(doc, key) ? doc[key] : undefined;
}

/** Writes a field. A field named `__proto__` must become a field, not the prototype. */
export function setField(doc: Doc, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(doc, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    doc[key] = value;
  }
}

/** True for what may index an array in a path: digits without a leading zero. */
export function isArrayIndex(segment: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(segment);
}

/** The first field name, or undefined for an empty document. */
export function firstKey(doc: Doc): string | undefined {
  for (const key in doc) return key;
  return undefined;
}
