import type { Aggregator, Registry } from 'prom-client';

/**
 * How metrics of Node processes are put together where several workers serve. What is not here keeps the choice of
 * prom-client: memory, processor time and handles add up.
 */
const AGGREGATORS: Readonly<Record<string, Aggregator>> = {
  // One blocked worker must not disappear in an average.
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
  // The start of the service.
  process_start_time_seconds: 'min',
};

export function chooseAggregators(registry: Registry): void {
  for (const [name, aggregator] of Object.entries(AGGREGATORS)) {
    const metric = registry.getSingleMetric(name);
    if (metric !== undefined) Object.assign(metric, { aggregator });
  }
}
