import { Counter, Gauge } from 'prom-client';
import type { Aggregator, Registry } from 'prom-client';
import type { TailStatistics } from '../../federation/api.ts';

/** Adds metrics of tails to a registry, read each time the metrics are shown. */
export function countTails(registry: Registry, statistics: () => TailStatistics): void {
  function gauge(
    name: string,
    help: string,
    read: (statistics: TailStatistics) => number | undefined,
    aggregator: Aggregator = 'sum',
  ): void {
    new Gauge({
      name,
      aggregator,
      help,
      registers: [registry],
      collect() {
        const value = read(statistics());
        if (value !== undefined) this.set(value);
      },
    });
  }

  gauge('tributary_tail_jobs', 'Jobs that are followed now.', ({ feeds }) => feeds);
  gauge('tributary_tail_subscribers', 'Subscribers, once for each job they follow.', ({ subscribers }) => subscribers);
  gauge(
    'tributary_tail_lag_seconds',
    'How long ago that job was read to its end which was read longest ago.',
    ({ lagSeconds }) => lagSeconds,
    'max',
  );
  gauge('tributary_tail_window_lines', 'Lines that are kept for subscribers.', ({ windowLines }) => windowLines);
  gauge('tributary_tail_window_bytes', 'About how much memory those lines take.', ({ windowBytes }) => windowBytes);
  function counter(name: string, help: string, read: (statistics: TailStatistics) => number): void {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read(statistics()));
      },
    });
  }

  counter('tributary_tail_polls_total', 'Polls of sources for tails.', ({ polls }) => polls);
  counter(
    'tributary_tail_gaps_total',
    'Times that a subscriber was told of lines that are missing.',
    ({ gaps }) => gaps,
  );
  counter(
    'tributary_tail_dropped_lines_total',
    'Lines that subscribers were told are missing, where their number is known.',
    ({ droppedLines }) => droppedLines,
  );
  counter(
    'tributary_tail_repeated_lines_total',
    'Lines that polls read although they were known; subscribers get each once.',
    ({ repeatedLines }) => repeatedLines,
  );
  const sharing = statistics().sharing;
  if (sharing === null) return;
  if (sharing.through === 'REDIS') countRedis();
  gauge('tributary_tail_jobs_leading', 'Jobs that this replica polls for all.', ({ sharing }) => sharing?.leading);
  gauge('tributary_tail_jobs_following', 'Jobs that another replica polls.', ({ sharing }) => sharing?.following);

  function countRedis(): void {
    gauge(
      'tributary_redis_up',
      'Does Redis answer? While it is 0, each replica polls for itself.',
      ({ sharing }) => Number(sharing?.state === 'CONNECTED'),
      'min',
    );
    new Counter({
      name: 'tributary_redis_limit_asks_total',
      help: 'Times that it was asked whether calls to sources may start, by outcome: shared (all replicas together), or alone (Redis did not answer).',
      labelNames: ['outcome'],
      registers: [registry],
      collect() {
        this.reset();
        const { limitAsks } = statistics().sharing ?? {};
        for (const outcome of ['shared', 'alone'] as const) this.inc({ outcome }, limitAsks?.[outcome] ?? 0);
      },
    });
  }
}
