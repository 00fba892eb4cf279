import { Counter, Gauge } from 'prom-client';
import type { Aggregator, Registry } from 'prom-client';
import type { SourceHttpStats } from '../../http/stats.ts';

/** The current state of a source. */
export type SourceFigures = Pick<
  SourceHttpStats,
  'inFlight' | 'queued' | 'turnedAway' | 'breaker' | 'retries' | 'retriesLeftOut' | 'saved'
> & {
  readonly source: string;
};

/** Adds metrics of sources to a registry, read each time the metrics are shown. */
export function countSources(registry: Registry, figures: () => readonly SourceFigures[]): void {
  function gauge(
    name: string,
    help: string,
    read: (figures: SourceFigures) => number,
    aggregator: Aggregator = 'sum',
  ): void {
    new Gauge({
      name,
      aggregator,
      help,
      labelNames: ['source'],
      registers: [registry],
      collect() {
        this.reset();
        for (const each of figures()) this.set({ source: each.source }, read(each));
      },
    });
  }

  gauge('tributary_source_calls_in_flight', 'Calls that are under way.', ({ inFlight }) => inFlight);
  gauge('tributary_source_calls_queued', 'Calls that wait for a place.', ({ queued }) => queued);
  gauge(
    'tributary_source_left_alone',
    "1 while a source that kept failing is not asked, or by one trial only: its breaker is open. With the service's own credentials.",
    ({ breaker }) => Number(breaker !== 'closed'),
    'max',
  );
  function counter(name: string, help: string, read: (figures: SourceFigures) => number): void {
    new Counter({
      name,
      help,
      labelNames: ['source'],
      registers: [registry],
      collect() {
        this.reset();
        for (const each of figures()) this.inc({ source: each.source }, read(each));
      },
    });
  }

  counter('tributary_source_retries_total', 'Attempts at calls after the first.', ({ retries }) => retries);
  counter(
    'tributary_source_retries_left_out_total',
    'Failed attempts that were not repeated, because the source has had all the retries that it may have.',
    ({ retriesLeftOut }) => retriesLeftOut,
  );
  counter(
    'tributary_source_calls_turned_away_total',
    'Calls that were not sent, because too many waited for their turn, or because they waited for too long.',
    ({ turnedAway }) => turnedAway,
  );
  new Counter({
    name: 'tributary_source_calls_saved_total',
    help: 'Calls that were not needed, by how: shared (the same was being asked) or remembered (the operation had just been answered the same).',
    labelNames: ['source', 'how'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { source, saved } of figures()) {
        for (const how of ['shared', 'remembered'] as const) this.inc({ source, how }, saved[how]);
      }
    },
  });
}
