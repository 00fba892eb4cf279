import type { SimulatedVendor } from '../../../src/sandbox/types.ts';
import * as slow from '../stand.ts';
import type { Stand, StandOptions } from '../stand.ts';

/** Connections that a client has left open for later need not be waited for. */
const server = { graceMilliseconds: 20 };

/** A stand that is closed, and quickly, when the test is over. */
export function stand<S extends Record<string, SimulatedVendor>>(options: StandOptions<S>): Promise<Stand<S>> {
  return slow.stand({ server, ...options });
}

export function openStand<S extends Record<string, SimulatedVendor>>(options: StandOptions<S>): Promise<Stand<S>> {
  return slow.openStand({ server, ...options });
}
