/** What local mode says when everything runs. */
export interface BannerFacts {
  readonly baseUrl: string;
  readonly assistantId: string;
  readonly dataDir: string;
  /** Requests need a key. */
  readonly keys: boolean;
  /** What stands behind each part, in words. */
  readonly redis: string;
  readonly store: string;
  readonly model: string;
}

/** The lines a person reads first; the curl line works as it stands, with keys where ADMIN_KEY is set. */
export function banner({ baseUrl, assistantId, dataDir, keys, redis, store, model }: BannerFacts): string {
  const body = JSON.stringify({ assistant_id: assistantId, input: 'What is 12*7?' });
  return [
    '',
    `  Skein is ready   ${baseUrl}`,
    `  API reference    ${baseUrl}/docs`,
    `  Store            ${store}`,
    `  Redis            ${redis}`,
    `  Model            ${model}`,
    `  Data             ${dataDir}`,
    '',
    '  Try it:',
    `  curl -N ${baseUrl}/runs/stream -H 'content-type: application/json'${keys ? ' -H "x-api-key: $ADMIN_KEY"' : ''} -d '${body}'`,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}
