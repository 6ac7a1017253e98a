import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type SpanOptions as StartOptions,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { SpanAttributes, SpanOptions, TraceSpan, Tracing } from './tracing.ts';

/** How long the last spans of a process may take to be sent. */
const CLOSE_MS = 2000;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP in batches in the background. A collector that is away costs spans and nothing else. Nothing is registered globally: two of these in one process
 * do not meet. Headers for the collector come from `OTEL_EXPORTER_OTLP_HEADERS`, which the exporter reads itself.
 * @param options.endpoint base of the collector, such as `http://127.0.0.1:4318` @param options.ratio share of the traces begun here that are kept
 */
export function createOtelTracing(options: {
  readonly endpoint: string;
  readonly service: string;
  readonly version: string;
  readonly ratio: number;
}): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.service, [ATTR_SERVICE_VERSION]: options.version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1000 })],
  });
  const tracer = provider.getTracer('skein', options.version);
  const underWay = new AsyncLocalStorage<Context>();

  function parentOf({ parent }: SpanOptions): Context {
    const here = underWay.getStore() ?? ROOT_CONTEXT;
    return typeof parent === 'string' ? toContext(parent) : here;
  }

  function start(name: string, given: SpanOptions, more: StartOptions = {}): { span: Span; context: Context } {
    const context = parentOf(given);
    const attributes = definedOnly(given.attributes ?? {});
    const kind = given.kind === undefined ? SpanKind.INTERNAL : KINDS[given.kind];
    const span = tracer.startSpan(name, { kind, attributes, ...more }, context);
    return { span, context: trace.setSpan(context, span) };
  }

  return {
    async span(name, given, work) {
      const { span, context } = start(name, given);
      try {
        return await underWay.run(context, () => work(toTraceSpan(span)));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute(ATTR_ERROR_TYPE, errorType(error));
        throw error;
      } finally {
        span.end();
      }
    },
    open(name, given, work) {
      const { span, context } = start(name, given);
      underWay.run(context, () => work(toTraceSpan(span)));
    },
    past(name, given, from, to) {
      start(name, given, { startTime: from }).span.end(to);
    },
    current() {
      const span = trace.getSpanContext(underWay.getStore() ?? ROOT_CONTEXT);
      if (!span) return undefined;
      return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
    },
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), promise]);
      clearTimeout(timer);
    },
  };
}

/** A parent of another process; one that is not well formed is none. */
function toContext(traceparent: string): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  });
}

const toTraceSpan = (span: Span): TraceSpan => ({
  set: (attributes) => void span.setAttributes(definedOnly(attributes)),
  rename: (name) => void span.updateName(name),
  end: () => span.end(),
});

function definedOnly(attributes: SpanAttributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

const errorType = (error: unknown): string => {
  if (!(error instanceof Error)) return 'aborted';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};
