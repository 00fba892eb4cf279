import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RequestObservation } from '../../http/stats.ts';
import { SECONDS } from './buckets.ts';

/** Most route labels per source. A vendor has a dozen at most. */
const MOST_ROUTES = 40;

/** The label of routes that are unknown, not templates, or beyond `MOST_ROUTES`. */
const OTHER = 'other';

type Attempt = Pick<RequestObservation, 'source' | 'route' | 'outcome' | 'queuedMilliseconds' | 'durationMilliseconds'>;

/** Adds metrics of calls to sources to a registry. Returns a function that counts one attempt. */
export function countCalls(registry: Registry): (attempt: Attempt) => void {
  const calls = new Counter({
    name: 'tributary_upstream_requests_total',
    help: 'Attempts at calls to sources, by source, route and outcome: ok, aborted or an error code.',
    labelNames: ['source', 'route', 'outcome'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'tributary_upstream_duration_seconds',
    help: 'Time that attempts at calls to sources took, with their bodies, by source and route.',
    labelNames: ['source', 'route'],
    buckets: SECONDS,
    registers: [registry],
  });
  const queued = new Histogram({
    name: 'tributary_source_queue_seconds',
    help: 'Time that attempts at calls to sources waited for their turn before they were sent, by source.',
    labelNames: ['source'],
    buckets: SECONDS,
    registers: [registry],
  });
  const routes = new Map<string, Set<string>>();

  function labelOf(source: string, route: string | null): string {
    if (route === null || !isTemplate(route)) return OTHER;
    const known = routes.get(source) ?? new Set();
    routes.set(source, known);
    if (!known.has(route) && known.size >= MOST_ROUTES) return OTHER;
    known.add(route);
    return route;
  }

  return ({ source, route: given, outcome, queuedMilliseconds, durationMilliseconds }) => {
    const route = labelOf(source, given);
    queued.observe({ source }, queuedMilliseconds / 1_000);
    calls.inc({ source, route, outcome });
    durations.observe({ source, route }, durationMilliseconds / 1_000);
  };
}

/** True for a path without a query. Plug-in code may pass any text as a route. */
function isTemplate(route: string): boolean {
  return route.length <= 120 && /^\/[^?#\s]*$/.test(route) && !route.startsWith('//');
}
