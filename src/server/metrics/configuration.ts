import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The outcome of reloading the configuration. */
export type ReloadOutcome = 'applied' | 'refused';

/**
 * Adds metrics of configuration reloads to a registry. Counts the start of the service as applied. Returns a function
 * that counts a reload.
 */
export function countReloads(registry: Registry): (outcome: ReloadOutcome) => void {
  const reloads = new Counter({
    name: 'tributary_config_reloads_total',
    help: 'Configurations that were read again (SIGHUP), by outcome: applied or refused.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const last = new Gauge({
    name: 'tributary_config_last_applied_timestamp_seconds',
    help: 'Time at which the configuration in use was read, in seconds since 1970.',
    registers: [registry],
  });
  const refused = new Gauge({
    name: 'tributary_config_refused',
    help: '1 while the newest configuration that was read cannot be used, and an older one is in use.',
    registers: [registry],
  });
  for (const outcome of ['applied', 'refused'] as const) reloads.inc({ outcome }, 0);
  last.setToCurrentTime();
  return (outcome) => {
    reloads.inc({ outcome });
    refused.set(Number(outcome === 'refused'));
    if (outcome === 'applied') last.setToCurrentTime();
  };
}
