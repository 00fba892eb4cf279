import type { Plugin } from 'graphql-yoga';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { BudgetLimits } from '../../domain/budget.ts';
import { ERROR_CODES } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { TailStatistics } from '../../federation/api.ts';
import { processRoom } from '../../http/room/answer-room.ts';
import type { AnswerRoom } from '../../http/room/answer-room.ts';
import type { RequestObservation } from '../../http/stats.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import { countSpans } from '../tracing/span-metrics.ts';
import { SECONDS } from './buckets.ts';
import { countReloads } from './configuration.ts';
import type { ReloadOutcome } from './configuration.ts';
import { chooseAggregators } from './of-process.ts';
import { ShownMetrics } from './shown.ts';
import { countSources } from './sources.ts';
import type { SourceFigures } from './sources.ts';
import { countTails } from './tails.ts';
import { countCalls } from './upstream.ts';

/** The kind of an unhandled error. */
export type UnhandledKind = 'rejection' | 'exception';

/** The outcome of an operation that a client sent by id or with a hash. */
export type PersistedOutcome = 'known' | 'taught' | 'unknown';

/** All metrics, with names that start with `tributary_`. Each server has one registry. */
export interface Metrics {
  readonly registry: Registry;
  /** All metrics as text: of this process, or of all workers after `showInstead`. */
  text(): Promise<string>;
  /** Has `text` give what all workers of the service count together. */
  showInstead(text: () => Promise<string>): void;
  request(route: string, status: number): void;
  error(code: ErrorCode): void;
  persisted(outcome: PersistedOutcome): void;
  /** Counts one attempt at a call to a source. */
  upstream(
    attempt: Pick<RequestObservation, 'source' | 'route' | 'outcome' | 'queuedMilliseconds' | 'durationMilliseconds'>,
  ): void;
  /** Adds the state of sources, read whenever the metrics are read. */
  sources(figures: () => readonly SourceFigures[]): void;
  /**
   * Adds metrics of configuration reloads. Call it for one server per process. Returns a function that counts a reload.
   */
  configuration(): (outcome: ReloadOutcome) => void;
  /** Adds metrics of the process: memory, CPU and event loop. Call it for one server per process. */
  process(): void;
  /** Adds metrics of the delivery of spans. Returns a function that counts a delivery. */
  tracing(): (spans: number, isTaken: boolean) => void;
  /** Counts an unhandled error: see process-guard.ts. */
  unhandled(kind: UnhandledKind): void;
  /** Adds metrics of tails, read whenever the metrics are read. */
  tails(statistics: () => TailStatistics): void;
  /** Adds the memory of requests and answers, read whenever the metrics are read. */
  held(bytes: () => number): void;
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
    help: 'Time that queries took to execute; for a subscription, the time until it began. By type.',
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
  // Both start at zero, so that an alert on the first error has a value to compare with.
  for (const kind of ['rejection', 'exception'] as const) unhandled.inc({ kind }, 0);
  for (const code of ERROR_CODES) errors.inc({ code }, 0);
  const subscriptions = new Gauge({
    name: 'tributary_graphql_subscriptions',
    help: 'Subscriptions that are open now.',
    registers: [registry],
  });
  const cost = countCosts(registry);
  let show = (): Promise<string> => registry.metrics();
  return {
    registry,
    text: () => show(),
    showInstead: (text) => {
      show = text;
    },
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
      chooseAggregators(registry);
      countAnswers(registry, processRoom);
    },
    tracing: () => countSpans(registry),
    unhandled: (kind) => {
      unhandled.inc({ kind });
    },
    tails: (statistics) => {
      countTails(registry, statistics);
    },
    held: (bytes) => {
      const help =
        'Bytes of requests and reads that are under way, and of answers that wait to be read, of limits.unreadBytes.';
      new ShownMetrics(registry).gauge('tributary_unread_bytes', help, bytes);
    },
    plugin: {
      onExecute({ args }) {
        operations.inc({ type: 'query' });
        const done = duration.startTimer({ type: 'query' });
        return {
          onExecuteDone: whenAnswered(() => {
            done();
            // `budgetOperations` has replaced the context's call by one with the budget.
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

/** Adds metrics of the memory for large answers of sources, read each time the metrics are shown. */
function countAnswers(registry: Registry, room: Pick<AnswerRoom, 'held' | 'waiting' | 'turnedAway'>): void {
  const metrics = new ShownMetrics(registry);
  metrics.gauge(
    'tributary_held_vendor_bytes',
    'Bytes that operations hold for answers of sources, of five quarters of limits.heldVendorBytes.',
    () => room.held,
  );
  metrics.gauge('tributary_vendor_answers_waiting', 'Answers of sources that wait for room.', () => room.waiting);
  metrics.counter(
    'tributary_vendor_answers_refused_total',
    'Answers of sources that were not read, because others took the room for them.',
    () => room.turnedAway,
  );
}

/** Adds metrics of query costs to a registry. Returns a function that counts a finished query. */
function countCosts(registry: Registry): (used: Pick<BudgetLimits, 'calls' | 'rows'>) => void {
  const calls = new Histogram({
    name: 'tributary_graphql_vendor_calls',
    help: 'Calls of vendors that a query started.',
    buckets: [0, 1, 2, 5, 10, 25, 50, 100, 250, 1_000],
    registers: [registry],
  });
  const rows = new Histogram({
    name: 'tributary_graphql_rows',
    help: 'Rows of connections that a query showed.',
    buckets: [0, 10, 100, 1_000, 10_000, 100_000],
    registers: [registry],
  });
  return (used) => {
    calls.observe(used.calls);
    rows.observe(used.rows);
  };
}
