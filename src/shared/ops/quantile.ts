/** How often each value was seen; values may come more than once and in any order. */
export type Histogram = readonly { readonly value: number; readonly count: number }[];

/**
 * The smallest value that at least `share` (0 to 1) of all observations do not exceed (nearest rank).
 * @returns null when there is no observation.
 */
export function quantile(histogram: Histogram, share: number): number | null {
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  for (const { value, count } of histogram.toSorted((a, b) => a.value - b.value)) {
    seen += count;
    if (seen >= rank) return value;
  }
  return null;
}
