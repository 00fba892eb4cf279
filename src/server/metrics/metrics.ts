import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import { countCosts } from './cost.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../../domain/errors.ts';
import type { TailStatistics } from '../../federation/api.ts';
import type { RequestObservation } from '../../http/stats.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import { countReloads } from './configuration.ts';
import type { ReloadOutcome } from './configuration.ts';
import { SECONDS } from './buckets.ts';
import { countCalls } from './upstream.ts';
import { countSources } from './sources.ts';
import type { SourceFigures } from './sources.ts';
import { countSpans } from '../tracing/span-metrics.ts';
import { countTails } from './tails.ts';

/** How an error came that nothing handled. */
export type UnhandledKind = 'rejection' | 'exception';

/** What became of an operation that a client named, or brought a hash with. */
export type PersistedOutcome = 'known' | 'taught' | 'unknown';

/** What is counted, under names that start with `tributary_`. One registry per server. */
export interface Metrics {
  readonly registry: Registry;
  request(route: string, status: number): void;
  error(code: ErrorCode): void;
  persisted(outcome: PersistedOutcome): void;
  /** One attempt at a call to a source. */
  upstream(
    attempt: Pick<RequestObservation, 'source' | 'route' | 'outcome' | 'queuedMilliseconds' | 'durationMilliseconds'>,
  ): void;
  /** Shows how sources do, as they do whenever the metrics are read. */
  sources(figures: () => readonly SourceFigures[]): void;
  /** Shows how reading the configuration goes. For the one server of a process. Returns what counts. */
  configuration(): (outcome: ReloadOutcome) => void;
  /** Shows the memory, the CPU and the event loop of the process. For the one server of a process. */
  process(): void;
  /** Shows how spans are delivered. Returns what counts. */
  tracing(): (spans: number, isTaken: boolean) => void;
  /** An error that nothing handled: see process-guard.ts. */
  unhandled(kind: UnhandledKind): void;
  /** Shows what is followed, as it is whenever the metrics are read. */
  tails(statistics: () => TailStatistics): void;
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
  const persisted = new Counter({
    name: 'tributary_persisted_queries_total',
    help: 'Operations by an id or a hash: known, taught (the text came with it) or unknown.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'tributary_graphql_duration_seconds',
    help: 'How long queries took to execute; of a subscription, how long until it began. By type.',
    labelNames: ['type'],
    buckets: SECONDS,
    registers: [registry],
  });
  const unhandled = new Counter({
    name: 'tributary_unhandled_errors_total',
    help: 'Errors that nothing handled, by kind: rejection or exception. Each is a fault of Tributary; the log has it.',
    labelNames: ['kind'],
    registers: [registry],
  });
  // Shown from the start, so that an alert on the first one has a zero to compare with.
  for (const kind of ['rejection', 'exception'] as const) unhandled.inc({ kind }, 0);
  const subscriptions = new Gauge({
    name: 'tributary_graphql_subscriptions',
    help: 'Subscriptions that are open now.',
    registers: [registry],
  });
  const cost = countCosts(registry);
  return {
    registry,
    request: (route, status) => {
      requests.inc({ route, status: String(status) });
    },
    error: (code) => {
      errors.inc({ code });
    },
    persisted: (outcome) => {
      persisted.inc({ outcome });
    },
    upstream: countCalls(registry),
    sources: (figures) => {
      countSources(registry, figures);
    },
    configuration: () => countReloads(registry),
    process: () => {
      collectDefaultMetrics({ register: registry });
    },
    tracing: () => countSpans(registry),
    unhandled: (kind) => {
      unhandled.inc({ kind });
    },
    tails: (statistics) => {
      countTails(registry, statistics);
    },
    plugin: {
      onExecute({ args }) {
        operations.inc({ type: 'query' });
        const done = duration.startTimer({ type: 'query' });
        return {
          onExecuteDone: whenAnswered(() => {
            done();
            // Its call is the one that the budget was given to: see `budgetOperations`.
            cost((args.contextValue as unknown as GraphContext).call.budget.used);
          }),
        };
      },
      onSubscribe() {
        operations.inc({ type: 'subscription' });
        const begun = duration.startTimer({ type: 'subscription' });
        return {
          onSubscribeResult({ result }) {
            begun();
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
