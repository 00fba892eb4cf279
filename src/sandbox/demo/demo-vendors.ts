import { fillByteNite } from '../bytenite/demo.ts';
import { simulateByteNite } from '../bytenite/index.ts';
import { fillDeepset } from '../deepset/demo.ts';
import { simulateDeepset } from '../deepset/index.ts';
import { fillNemo } from '../nemo/demo.ts';
import { simulateNemo } from '../nemo/index.ts';
import { fillSap } from '../sap-job-scheduling/demo.ts';
import { simulateSap } from '../sap-job-scheduling/index.ts';
import { fillSoftwareOne } from '../softwareone/demo.ts';
import { simulateSoftwareOne } from '../softwareone/index.ts';
import type { Demo } from './timeline.ts';
import type { SimulatedVendor } from '../types.ts';

/** Tells the time, nanoseconds since the epoch. */
type Clock = () => bigint;

/** A simulated vendor with jobs in it, some of which go on. */
export interface DemoVendor extends Demo {
  readonly simulation: SimulatedVendor;
}

function filled<T extends SimulatedVendor>(
  simulation: T,
  fill: (simulation: T, now: bigint) => Demo,
  clock: Clock,
): DemoVendor {
  const demo = fill(simulation, clock());
  return {
    simulation,
    grow: (until) => {
      demo.grow(until);
    },
  };
}

/** The simulated vendors by the name that their source has in the sandbox's configuration. */
export const DEMO_VENDORS: Readonly<Record<string, (clock: Clock) => DemoVendor>> = {
  nemo: (clock) => filled(simulateNemo({ now: clock }), fillNemo, clock),
  sap: (clock) => filled(simulateSap(), fillSap, clock),
  bytenite: (clock) => filled(simulateByteNite({ now: clock }), fillByteNite, clock),
  softwareone: (clock) =>
    filled(simulateSoftwareOne({ now: () => Number(clock() / 1_000_000n) }), fillSoftwareOne, clock),
  deepset: (clock) => filled(simulateDeepset(), fillDeepset, clock),
};
