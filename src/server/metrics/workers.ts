import { AggregatorRegistry, Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { z } from 'zod';

/** Metrics of one process, as prom-client gives them to other processes. */
const counts = z.array(z.looseObject({ type: z.unknown() }));
type Counts = z.infer<typeof counts>;

/** Metrics of all workers of a service. */
export interface WorkersMetrics {
  /** A worker has died and is replaced. */
  died(): void;
  /** Puts the metrics of these workers and of the primary process together, as text. */
  text(given: ReadonlyMap<number, unknown>): Promise<string>;
  /** The worker is gone: what it had counted, as it was shown last, stays in the sums. */
  left(worker: number): Promise<void>;
}

/** `registry`: the metrics of the primary process. */
export function createWorkersMetrics(registry: Registry, serving: () => number): WorkersMetrics {
  const deaths = new Counter({
    name: 'tributary_worker_deaths_total',
    help: 'Workers of this service that ended without being asked to, and were replaced.',
    registers: [registry],
  });
  new Gauge({
    name: 'tributary_workers',
    help: 'Workers of this service that serve now.',
    registers: [registry],
    collect() {
      this.set(serving());
    },
  });
  const shown = new Map<number, Counts>();
  let departed: Counts = [];

  return {
    died: () => {
      deaths.inc();
    },
    async text(given) {
      for (const [worker, value] of given) {
        const read = counts.safeParse(value);
        if (read.success) shown.set(worker, read.data);
      }
      const own: object[] = await registry.getMetricsAsJSON();
      return AggregatorRegistry.aggregate([own, departed, ...shown.values()]).metrics();
    },
    async left(worker) {
      const last = (shown.get(worker) ?? []).filter(({ type }) => type === 'counter' || type === 'histogram');
      shown.delete(worker);
      departed = counts.parse(await AggregatorRegistry.aggregate([departed, last]).getMetricsAsJSON());
    },
  };
}
