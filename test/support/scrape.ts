/** The values of one scrape, by name and labels as they are written: `skein_runs_ended_total{lane="batch",status="failed"}`. */
export type Scrape = ReadonlyMap<string, number>;

/** @throws when the answer is no scrape */
export async function scrape(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Scrape> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (response.headers.get('content-type') !== 'text/plain; version=0.0.4; charset=utf-8')
    throw new Error(`${url}: ${response.status} ${text}`);
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line);
      return match ? [[match[1] ?? '', Number(match[2])] as const] : [];
    }),
  );
}

/** The sum of all series of a metric that have these labels. */
export function sumOf(values: Scrape, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return [...values]
    .filter(([series]) => series === name || series.startsWith(`${name}{`))
    .filter(([series]) => wanted.every((pair) => series.includes(pair)))
    .reduce((sum, [, value]) => sum + value, 0);
}
