import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import type { TracingSettings } from '../../src/config/tracing.ts';
import { VENDORS } from '../../src/vendors/index.ts';

function tracingOf(server: object, environment: Readonly<Record<string, string>> = {}): TracingSettings | null {
  return parseConfiguration({ server }, { origin: 'test', vendors: VENDORS, environment }).server.tracing;
}

const ENDPOINT = 'http://collector.invalid:4318/';
const url = 'http://collector.invalid:4318/v1/traces';

describe('traces', () => {
  test('are off unless an endpoint is configured', () => {
    expect(tracingOf({})).toBeNull();
    expect(tracingOf({}, { OTEL_SERVICE_NAME: 'logs', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeNull();
  });

  test('go to the endpoint in the configuration, then to the one in the environment', () => {
    const tracing = {
      endpoint: ENDPOINT,
      headers: { authorization: 'Bearer a' },
      serviceName: 'logs',
      sampleRatio: 0.5,
    };
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other.invalid', OTEL_TRACES_EXPORTER: 'none' };
    const { endpoint: _, ...same } = tracing;
    expect(tracingOf({ tracing }, environment)).toEqual({ url, ...same });
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, url],
    [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.invalid/x' },
      'https://traces.invalid/x',
    ],
    ['OTEL_TRACES_EXPORTER', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    ['OTEL_SDK_DISABLED', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: 'true' }, undefined],
  ])('follow %s', (_name, environment, expected) => {
    expect(tracingOf({}, environment)?.url).toBe(expected);
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'canary' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'gRPC'],
  ])('with an unusable endpoint in the environment are refused: %o', (environment, words) => {
    expect(() => tracingOf({}, environment)).toThrow(words);
    expect(() => tracingOf({}, environment)).not.toThrow('canary');
  });

  test('have only headers that can be sent', () => {
    expect(() => tracingOf({ tracing: { endpoint: ENDPOINT, headers: { 'x y': 'a' } } })).toThrow(
      'server.tracing.headers',
    );
    expect(() => tracingOf({ tracing: { endpoint: ENDPOINT, headers: { a: 'b\nc' } } })).toThrow(
      'server.tracing.headers.a',
    );
  });
});
