import { z } from 'zod';
import type { Environment } from './environment.ts';
import type { Problem } from './problems.ts';
import { headerSecret } from './secret.ts';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

const endpoint = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

export const tracingSchema = z.strictObject({
  endpoint: endpoint.describe(
    'OTLP/HTTP endpoint of a collector, such as http://collector:4318; spans are sent to v1/traces below it.',
  ),
  headers: z
    .record(z.string().regex(HEADER_NAME, { error: 'is not a header name' }), headerSecret('Sent unchanged.'))
    .default({})
    .describe('Headers of requests to the collector, such as credentials.'),
  serviceName: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Name of this service in spans. Default: OTEL_SERVICE_NAME, or `tributary`.'),
  sampleRatio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Fraction of the traces started here that are recorded; for a trace that a request continues, the request decides. Default: as set by OTEL_TRACES_SAMPLER, otherwise all.',
    ),
});

/** The collector for spans, and how this service is named in them. Null: as OpenTelemetry's variables say. */
export type TracingSettings = Readonly<NonNullable<ReturnType<typeof tracingSettings>>>;

/**
 * Where traces are sent; null: tracing is off. The configuration takes precedence over OpenTelemetry's standard
 * variables.
 */
export function tracingSettings(
  configured: z.output<typeof tracingSchema> | undefined,
  environment: Environment,
  report: (problem: Problem) => void,
) {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  if (configured !== undefined) {
    const { endpoint, headers, serviceName = null, sampleRatio = null } = configured;
    return { url: below(endpoint), headers, serviceName, sampleRatio };
  }
  if (!['', 'otlp'].includes(environment['OTEL_TRACES_EXPORTER'] ?? '')) return null;
  const whole = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  const base = environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  const [name, url] =
    whole === ''
      ? ['OTEL_EXPORTER_OTLP_ENDPOINT', base === '' ? '' : below(base)]
      : ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', whole];
  if (url === '') return null;
  if (!endpoint.safeParse(url).success) {
    report({ key: '', message: `the environment variable ${name} is not an http or https URL` });
    return null;
  }
  const protocol =
    environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? '';
  if (protocol === 'grpc') {
    report({ key: '', message: 'the environment requests traces over gRPC; only HTTP is supported' });
    return null;
  }
  // The SDK reads further variables: headers, the sampler, span batching.
  return { url, headers: {}, serviceName: null, sampleRatio: null };
}

function below(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}
