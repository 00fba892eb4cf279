import type { Registry } from 'prom-client';
import type { TailStatistics } from '../../federation/api.ts';
import { ShownMetrics } from './shown.ts';

/** Adds metrics of tails to a registry, read each time the metrics are shown. */
export function countTails(registry: Registry, statistics: () => TailStatistics): void {
  const metrics = new ShownMetrics(registry);
  metrics.gauge('tributary_tail_jobs', 'Jobs that are followed now.', () => statistics().feeds);
  metrics.gauge(
    'tributary_tail_subscribers',
    'Subscribers, once for each job they follow.',
    () => statistics().subscribers,
  );
  metrics.gauge(
    'tributary_tail_lag_seconds',
    'Time since the last full read of the job that was read longest ago.',
    () => statistics().lagSeconds,
    'max',
  );
  metrics.gauge('tributary_tail_window_lines', 'Lines that are kept for subscribers.', () => statistics().windowLines);
  metrics.gauge(
    'tributary_tail_window_bytes',
    'About how much memory those lines take.',
    () => statistics().windowBytes,
  );
  metrics.counter('tributary_tail_polls_total', 'Polls of sources for tails.', () => statistics().polls);
  metrics.counter(
    'tributary_tail_gaps_total',
    'Times that a subscriber was told of lines that are missing.',
    () => statistics().gaps,
  );
  metrics.counter(
    'tributary_tail_dropped_lines_total',
    'Lines that subscribers were told are missing, where their number is known.',
    () => statistics().droppedLines,
  );
  metrics.counter(
    'tributary_tail_repeated_lines_total',
    'Lines that polls read although they were known; subscribers get each once.',
    () => statistics().repeatedLines,
  );
  const sharing = (): TailStatistics['sharing'] => statistics().sharing;
  const through = sharing()?.through;
  if (through === undefined) return;
  if (through === 'REDIS') {
    metrics.gauge(
      'tributary_redis_up',
      'Does Redis answer? While it is 0, each replica polls for itself.',
      () => Number(sharing()?.state === 'CONNECTED'),
      'min',
    );
    new ShownMetrics(registry, ['outcome']).counter(
      'tributary_redis_limit_asks_total',
      'Times that it was asked whether calls to sources may start, by outcome: shared (all replicas together), or alone (Redis did not answer).',
      () => (['shared', 'alone'] as const).map((outcome) => [{ outcome }, sharing()?.limitAsks[outcome] ?? 0]),
    );
  }
  metrics.gauge('tributary_tail_jobs_leading', 'Jobs that this replica polls for all.', () => sharing()?.leading);
  metrics.gauge('tributary_tail_jobs_following', 'Jobs that another replica polls.', () => sharing()?.following);
}
