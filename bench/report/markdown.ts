import type { Spread } from '../measure/spread.ts';

/** A Markdown table; '' when it has no rows. The first column holds names. */
export const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = `|---|${'---:|'.repeat(head.length - 1)}`;
  return [`### ${title}`, '', line(head), rule, ...rows.map(line)].join('\n');
};

/** Three significant digits, without an exponent. */
export const number = (value: number): string => {
  const size = Math.abs(value);
  const digits = size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return value.toFixed(digits);
};

/** `median [min–max]`, only the median for one repetition, `-` for none. */
export const spread = (value: Spread | null): string => {
  if (value === null) return '-';
  if (value.min === value.max) return number(value.median);
  return `${number(value.median)} [${number(value.min)}–${number(value.max)}]`;
};
