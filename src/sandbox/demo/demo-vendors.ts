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
import type { SimulatedVendor } from '../types.ts';

/** A simulated vendor with jobs in it, some of which go on. */
export interface DemoVendor {
  readonly simulation: SimulatedVendor;
  /** Lets the running jobs go on up to `now`, in nanoseconds since the epoch. */
  grow(now: bigint): void;
}

function filled<T extends SimulatedVendor>(
  simulation: T,
  fill: (simulation: T, now: bigint) => { grow(now: bigint): void },
  now: bigint,
): DemoVendor {
  const demo = fill(simulation, now);
  return {
    simulation,
    grow: (until) => {
      demo.grow(until);
    },
  };
}

/** The simulated vendors by the name that their source has in the sandbox's configuration. */
export const DEMO_VENDORS: Readonly<Record<string, (now: bigint) => DemoVendor>> = {
  nemo: (now) => filled(simulateNemo(), fillNemo, now),
  sap: (now) => filled(simulateSap(), fillSap, now),
  bytenite: (now) => filled(simulateByteNite(), fillByteNite, now),
  softwareone: (now) => filled(simulateSoftwareOne(), fillSoftwareOne, now),
  deepset: (now) => filled(simulateDeepset(), fillDeepset, now),
};
