/** What is told of a step. Never a URL, a header, a key, or a text of a job or of a client. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A step of an operation that is traced: see `src/server/tracing`. */
export interface Span {
  /** A step of this step. `kind` is `client` for a call of another service. */
  begin(name: string, facts: SpanFacts, kind?: 'client'): Span;
  /** Tells more of it. */
  note(facts: SpanFacts): void;
  /** It is over: well, or with the code of an error. What is told later is not heard. */
  end(errorCode: string | null): void;
  /** How others name it (W3C Trace Context); null: nothing is traced. */
  readonly traceparent: string | null;
}

/** Where nothing is traced. */
export const NO_SPAN: Span = {
  begin: () => NO_SPAN,
  note: () => undefined,
  end: () => undefined,
  traceparent: null,
};
