/** Where a collector takes spans, and what they say of this service. */
export interface TracingSettings {
  /** Takes OTLP over HTTP, as JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: as OTEL_SERVICE_NAME says, else `tributary`. */
  readonly serviceName: string | null;
  /** Of traces that begin here. Null: as OTEL_TRACES_SAMPLER says, else all. */
  readonly sampleRatio: number | null;
}
