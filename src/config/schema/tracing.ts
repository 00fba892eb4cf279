import { z } from 'zod';
import type { Environment } from '../environment.ts';
import type { Problem } from '../problems.ts';
import { headerSecret } from '../secret.ts';
import type { TracingSettings } from '../tracing.ts';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

const endpoint = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

export const tracingSchema = z.strictObject({
  endpoint: endpoint.describe(
    'Where a collector takes OTLP over HTTP, such as http://collector:4318: spans go to v1/traces below it.',
  ),
  headers: z
    .record(z.string().regex(HEADER_NAME, { error: 'is no name of a header' }), headerSecret('Sent as it is.'))
    .default({})
    .describe('Headers of what is sent there, such as credentials.'),
  serviceName: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('What spans call this service. Default: as OTEL_SERVICE_NAME says, else `tributary`.'),
  sampleRatio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Part of the traces that begin here which are recorded; one that a request names is recorded as it says. Default: as OTEL_TRACES_SAMPLER says, else all.',
    ),
});

/** Where traces go; null: nowhere. What the configuration says comes before the standard variables of OpenTelemetry. */
export function tracingSettings(
  configured: z.output<typeof tracingSchema> | undefined,
  environment: Environment,
  report: (problem: Problem) => void,
): TracingSettings | null {
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
    report({ key: '', message: `the environment variable ${name} is no http or https URL` });
    return null;
  }
  const protocol =
    environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? '';
  if (protocol === 'grpc') {
    report({ key: '', message: 'the environment asks for traces over gRPC; they can be sent over HTTP only' });
    return null;
  }
  // Further variables are read by the SDK: headers, the sampler, how spans are batched.
  return { url, headers: {}, serviceName: null, sampleRatio: null };
}

function below(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}
