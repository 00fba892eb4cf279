/** The collector for spans, and how this service is named in them. */
export interface TracingSettings {
  /** Accepts OTLP over HTTP, as JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: OTEL_SERVICE_NAME, or `tributary`. */
  readonly serviceName: string | null;
  /** For traces that begin here. Null: as set by OTEL_TRACES_SAMPLER, otherwise all. */
  readonly sampleRatio: number | null;
}
