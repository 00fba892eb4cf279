import type { Span, SpanFacts } from '../../domain/span.ts';

/** Where spans go. */
export interface Tracing {
  /** Begins what a client asks for: a step of the trace that it names (`traceparent`), or a trace of its own. */
  begin(name: string, facts: SpanFacts, traceparent: string | null): Span;
  /** Sends what is left, within a few seconds. */
  close(): Promise<void>;
}
