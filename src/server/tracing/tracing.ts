import type { Span, SpanFacts } from '../../domain/span.ts';

/** Sends spans to a collector. */
export interface Tracing {
  /** Begins the span of a client's request, in the trace that `traceparent` names or in a new trace. */
  begin(name: string, facts: SpanFacts, traceparent: string | null): Span;
  /** Sends the remaining spans, within a few seconds. */
  close(): Promise<void>;
}
