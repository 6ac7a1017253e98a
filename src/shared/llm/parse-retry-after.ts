/**
 * Reads how long a provider asks to wait, in milliseconds from `nowMs`: `Retry-After-Ms` (a number, sent by OpenAI and
 * Azure), else `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3). A date in the past is 0; a value that is
 * neither is null, as if it were not there.
 */
export const parseRetryAfter = (headers: Pick<Headers, 'get'>, nowMs: number): number | null => {
  const milliseconds = headers.get('retry-after-ms')?.trim();
  if (milliseconds && isDecimal(milliseconds)) return Math.ceil(Number(milliseconds));
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  if (isDecimal(value)) return Math.ceil(Number(value) * 1000);
  // An HTTP date begins with the name of a day; Date.parse alone would also take "-5" or "2" for a year or a month.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
};

const isDecimal = (value: string): boolean => /^\d{1,12}(\.\d{1,6})?$/.test(value);
