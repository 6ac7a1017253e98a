/** What stands for all values that are not told apart. */
export const OTHER = 'other';

/** The values a label may have. Each value of a label is a series that lives as long as the process, so what clients write must not become one without limit. */
export interface BoundedLabel {
  /** Makes the value one of those told apart, while there is room. */
  admit(value: string): void;
  /** The value if it was admitted, else `other`. */
  of(value: string): string;
}

export function createBoundedLabel(max: number, first: Iterable<string>): BoundedLabel {
  const known = new Set(first);
  return {
    admit(value) {
      if (known.size < max) known.add(value);
    },
    of: (value) => (known.has(value) ? value : OTHER),
  };
}
