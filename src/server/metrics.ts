import type { Plugin } from 'graphql-yoga';
import { Counter, Gauge, Registry } from 'prom-client';
import type { ErrorCode } from '../domain/errors.ts';

/** What is counted, under names that start with `tributary_`. One registry per server. */
export interface Metrics {
  readonly registry: Registry;
  request(route: string, status: number): void;
  error(code: ErrorCode): void;
  /** Counts operations and open subscriptions. */
  readonly plugin: Plugin;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const requests = new Counter({
    name: 'tributary_http_requests_total',
    help: 'HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const operations = new Counter({
    name: 'tributary_graphql_operations_total',
    help: 'GraphQL operations that were executed, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  const errors = new Counter({
    name: 'tributary_graphql_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const subscriptions = new Gauge({
    name: 'tributary_graphql_subscriptions',
    help: 'Subscriptions that are open now.',
    registers: [registry],
  });
  return {
    registry,
    request: (route, status) => {
      requests.inc({ route, status: String(status) });
    },
    error: (code) => {
      errors.inc({ code });
    },
    plugin: {
      onExecute() {
        operations.inc({ type: 'query' });
      },
      onSubscribe() {
        operations.inc({ type: 'subscription' });
        return {
          onSubscribeResult({ result }) {
            if (!(Symbol.asyncIterator in result)) return;
            subscriptions.inc();
            return {
              onEnd() {
                subscriptions.dec();
              },
            };
          },
        };
      },
    },
  };
}
