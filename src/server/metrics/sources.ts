import type { Registry } from 'prom-client';
import type { SourceHttpStats } from '../../http/stats.ts';
import { ShownMetrics } from './shown.ts';

/** The current state of a source. */
export type SourceFigures = Pick<
  SourceHttpStats,
  'inFlight' | 'queued' | 'turnedAway' | 'breaker' | 'retries' | 'retriesLeftOut' | 'saved'
> & {
  readonly source: string;
};

/** Adds metrics of sources to a registry, read each time the metrics are shown. */
export function countSources(registry: Registry, figures: () => readonly SourceFigures[]): void {
  const metrics = new ShownMetrics(registry, ['source']);
  const each = (read: (figures: SourceFigures) => number) => () =>
    figures().map((one) => [{ source: one.source }, read(one)] as const);

  metrics.gauge(
    'tributary_source_calls_in_flight',
    'Calls that are under way.',
    each(({ inFlight }) => inFlight),
  );
  metrics.gauge(
    'tributary_source_calls_queued',
    'Calls that wait for a place.',
    each(({ queued }) => queued),
  );
  metrics.gauge(
    'tributary_source_left_alone',
    "1 while a source that kept failing is not asked, or by one trial only: its breaker is open. With the service's own credentials.",
    each(({ breaker }) => Number(breaker !== 'closed')),
    'max',
  );
  metrics.counter(
    'tributary_source_retries_total',
    'Attempts at calls after the first.',
    each(({ retries }) => retries),
  );
  metrics.counter(
    'tributary_source_retries_left_out_total',
    'Failed attempts that were not repeated, because the source has had all the retries that it may have.',
    each(({ retriesLeftOut }) => retriesLeftOut),
  );
  metrics.counter(
    'tributary_source_calls_turned_away_total',
    'Calls that were not sent, because too many waited for their turn, or because they waited for too long.',
    each(({ turnedAway }) => turnedAway),
  );
  new ShownMetrics(registry, ['source', 'how']).counter(
    'tributary_source_calls_saved_total',
    'Calls that were not needed, by how: shared (the same was being asked) or remembered (the operation had just been answered the same).',
    () =>
      figures().flatMap(({ source, saved }) =>
        (['shared', 'remembered'] as const).map((how) => [{ source, how }, saved[how]] as const),
      ),
  );
}
