import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { BudgetLimits } from '../../domain/budget.ts';

/** Adds metrics of query costs to a registry. Returns a function that counts a finished query. */
export function countCosts(registry: Registry): (used: Pick<BudgetLimits, 'calls' | 'rows'>) => void {
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
