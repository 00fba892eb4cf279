/** Attributes of a span. Never a URL, a header, a key, or a text of a job or of a client. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A traced step of an operation: see `src/server/tracing`. */
export interface Span {
  /** Starts a child span. `kind` is `client` for a call to another service. */
  begin(name: string, facts: SpanFacts, kind?: 'client'): Span;
  /** Adds attributes. */
  note(facts: SpanFacts): void;
  /** Ends the span, successfully or with the code of an error. Later attributes are ignored. */
  end(errorCode: string | null): void;
  /** The span's W3C Trace Context, for other services; null: not traced. */
  readonly traceparent: string | null;
}

/** Used if nothing is traced. */
export const NO_SPAN: Span = {
  begin: () => NO_SPAN,
  note: () => undefined,
  end: () => undefined,
  traceparent: null,
};
