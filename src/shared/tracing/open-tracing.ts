import type { Config } from '../config/load-config.ts';
import { NO_TRACING, type Tracing } from './tracing.ts';

/** Traces to the collector of the settings. The libraries are loaded only when there is one. */
export async function openTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG'>,
  service: string,
  version: string,
): Promise<Tracing> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return NO_TRACING;
  const { createOtelTracing } = await import('./otel-tracing.ts');
  return createOtelTracing({ endpoint, service, version, ratio: config.OTEL_TRACES_SAMPLER_ARG });
}
