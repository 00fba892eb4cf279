import { Counter, Gauge } from 'prom-client';
import type { Aggregator, Registry } from 'prom-client';

/** A value, or one for each combination of labels. Undefined: there is none. */
type Reading = number | undefined | readonly (readonly [labels: Record<string, string>, value: number])[];

/** Adds metrics to a registry whose values are read each time they are shown. */
export class ShownMetrics {
  readonly #registry: Registry;
  readonly #labelNames: string[];

  constructor(registry: Registry, labelNames: string[] = []) {
    this.#registry = registry;
    this.#labelNames = labelNames;
  }

  gauge(name: string, help: string, read: () => Reading, aggregator: Aggregator = 'sum'): void {
    new Gauge({
      ...{ name, help, aggregator, labelNames: this.#labelNames, registers: [this.#registry] },
      collect() {
        this.reset();
        for (const [labels, value] of valuesOf(read())) this.set(labels, value);
      },
    });
  }

  counter(name: string, help: string, read: () => Reading): void {
    new Counter({
      ...{ name, help, labelNames: this.#labelNames, registers: [this.#registry] },
      collect() {
        this.reset();
        for (const [labels, value] of valuesOf(read())) this.inc(labels, value);
      },
    });
  }
}

function valuesOf(reading: Reading): Exclude<Reading, number | undefined> {
  return typeof reading === 'number' ? [[{}, reading]] : (reading ?? []);
}
