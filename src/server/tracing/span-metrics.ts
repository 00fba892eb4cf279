import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** Adds metrics of span delivery to a registry. Returns a function that counts a delivery. */
export function countSpans(registry: Registry): (spans: number, isTaken: boolean) => void {
  const spans = new Counter({
    name: 'tributary_trace_spans_total',
    help: 'Spans that were sent to the collector, by outcome: taken or lost.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['taken', 'lost']) spans.inc({ outcome }, 0);
  return (count, isTaken) => {
    spans.inc({ outcome: isTaken ? 'taken' : 'lost' }, count);
  };
}
