/** What a span is told. Values that are undefined are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** `internal` when absent. */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  /** W3C `traceparent` of the span this one belongs to. Default: the one under way; `null`: a trace of its own, unless one is under way. */
  readonly parent?: string | null | undefined;
  readonly attributes?: SpanAttributes;
}

/** A span under way. */
export interface TraceSpan {
  set(attributes: SpanAttributes): void;
  rename(name: string): void;
  end(): void;
}

/** Traces of one process. What is under way follows the flow of promises, so that nothing has to be handed down. */
export interface Tracing {
  /** Does the work inside a span; an error it throws is noted by name, not by message: messages may quote what people wrote. */
  span<T>(name: string, options: SpanOptions, work: (span: TraceSpan) => Promise<T>): Promise<T>;
  /** Begins a span that the caller ends, and runs `work` inside it. */
  open(name: string, options: SpanOptions, work: (span: TraceSpan) => void): void;
  /** Notes what is over. */
  past(name: string, options: SpanOptions, from: Date, to: Date): void;
  /** W3C `traceparent` of the span under way. */
  current(): string | undefined;
  /** Sends what is left; gives up after a moment. */
  close(): Promise<void>;
}

const NO_SPAN: TraceSpan = { set: () => undefined, rename: () => undefined, end: () => undefined };

/** Without a collector: costs one call. */
export const NO_TRACING: Tracing = {
  span: (_name, _options, work) => work(NO_SPAN),
  open: (_name, _options, work) => work(NO_SPAN),
  past: () => undefined,
  current: () => undefined,
  close: async () => undefined,
};

/** The trace's id in a `traceparent`, as fields of a log line; none when there is no trace. */
export const traceFields = (traceparent: string | undefined): { readonly trace_id?: string } => {
  const id = traceparent?.split('-')[1];
  return id === undefined ? {} : { trace_id: id };
};
