import type { Attributes, Context, SpanKind, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Resource } from '@opentelemetry/resources';
import type { TracingSettings } from '../../config/tracing.ts';
import type { Span, SpanFacts } from '../../domain/span.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import type { Tracing } from './tracing.ts';

/** Time limit of one delivery, and of the last deliveries at shutdown. */
const PATIENCE_MILLISECONDS = 3_000;

/** Longest text of a span attribute. */
const LONGEST_TEXT = 200;

/** Loads the SDK on demand. Nothing global is registered, so no other part of the process is traced. */
async function load() {
  const [api, sdk, exporter, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  return { api, sdk, exporter, resources };
}

type Loaded = Awaited<ReturnType<typeof load>>;

/** Called after each delivery, with the number of spans and whether the collector accepted them. */
export type OnDelivery = (spans: number, isTaken: boolean) => void;

/** Sends spans to a collector. */
export async function startTracing(settings: TracingSettings, onDelivery: OnDelivery): Promise<Tracing> {
  const loaded = await load();
  const { api, sdk } = loaded;
  const provider = new sdk.BasicTracerProvider({
    resource: resourceOf(settings, loaded),
    spanLimits: { attributeValueLengthLimit: LONGEST_TEXT },
    spanProcessors: [new sdk.BatchSpanProcessor(exporterOf(settings, loaded, onDelivery))],
    ...samplerOf(settings, loaded),
  });
  const steps = { api, tracer: provider.getTracer('tributary') };
  return {
    begin(name, facts, traceparent) {
      const parent = traceparent === null ? null : parseTraceparent(traceparent);
      const context =
        parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true });
      return begin(steps, context, name, facts, api.SpanKind.SERVER);
    },
    async close() {
      await unlessAborted(provider.shutdown(), AbortSignal.timeout(PATIENCE_MILLISECONDS)).catch(() => undefined);
    },
  };
}

/** Reads OTEL_RESOURCE_ATTRIBUTES, which the operator sets. Does not collect paths or arguments of the process. */
function resourceOf({ serviceName }: TracingSettings, { resources }: Loaded): Resource {
  const named = (name: string): Resource => resources.resourceFromAttributes({ 'service.name': name });
  return resources
    .defaultResource()
    .merge(named('tributary'))
    .merge(resources.detectResources({ detectors: [resources.envDetector] }))
    .merge(serviceName === null ? null : named(serviceName));
}

function samplerOf({ sampleRatio }: TracingSettings, { sdk }: Loaded) {
  if (sampleRatio === null) return {};
  return { sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sampleRatio) }) };
}

function exporterOf({ url, headers }: TracingSettings, { exporter }: Loaded, onDelivery: OnDelivery): SpanExporter {
  const sender = new exporter.OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: PATIENCE_MILLISECONDS,
  });
  return {
    export(spans, done) {
      sender.export(spans, ({ code, error }) => {
        onDelivery(spans.length, error === undefined);
        // Omit the error: it quotes the collector's answer.
        done({ code });
      });
    },
    forceFlush: () => sender.forceFlush(),
    shutdown: () => sender.shutdown(),
  };
}

interface Steps {
  readonly api: Loaded['api'];
  readonly tracer: Tracer;
}

function begin(steps: Steps, context: Context, name: string, facts: SpanFacts, kind: SpanKind): Span {
  const { api, tracer } = steps;
  const own = tracer.startSpan(name, { kind, attributes: attributesOf(facts) }, context);
  const inner = api.trace.setSpan(context, own);
  return {
    begin: (below, more, as) =>
      begin(steps, inner, below, more, as === 'client' ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL),
    note(more) {
      if (own.isRecording()) own.setAttributes(attributesOf(more));
    },
    end(errorCode) {
      if (!own.isRecording()) return;
      if (errorCode !== null) {
        own.setAttribute('error.type', errorCode);
        own.setStatus({ code: api.SpanStatusCode.ERROR });
      }
      own.end();
    },
    get traceparent() {
      return formatTraceparent(own.spanContext());
    },
  };
}

function attributesOf(facts: SpanFacts): Attributes {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}
