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

/** Returns the time, nanoseconds since the epoch. */
type Clock = () => bigint;

/** A simulated vendor with jobs, some of which still run. */
export interface DemoVendor extends Demo {
  readonly simulation: SimulatedVendor;
}

/** A vendor's simulation, empty or with jobs. */
interface Simulated {
  /** Without a clock, it uses that of the machine. */
  readonly simulate: (clock?: Clock) => SimulatedVendor;
  readonly demo: (clock: Clock) => DemoVendor;
}

function simulated<T extends SimulatedVendor>(
  simulate: (clock?: Clock) => T,
  fill: (simulation: T, now: bigint) => Demo,
): Simulated {
  return {
    simulate,
    demo(clock) {
      const simulation = simulate(clock);
      const demo = fill(simulation, clock());
      return {
        simulation,
        grow: (until) => {
          demo.grow(until);
        },
      };
    },
  };
}

const told = (clock: Clock | undefined): { now?: Clock } => (clock === undefined ? {} : { now: clock });

/**
 * The simulated vendors, by the name of their source in the sandbox's configuration. A new vendor is one folder in
 * `src/sandbox` and one line below: the demo, the tests of tails and the benchmarks use this list.
 */
export const SIMULATED: Readonly<Record<string, Simulated>> = {
  nemo: simulated((clock) => simulateNemo(told(clock)), fillNemo),
  sap: simulated(() => simulateSap(), fillSap),
  bytenite: simulated((clock) => simulateByteNite(told(clock)), fillByteNite),
  softwareone: simulated(
    (clock) => simulateSoftwareOne(clock === undefined ? {} : { now: () => Number(clock() / 1_000_000n) }),
    fillSoftwareOne,
  ),
  deepset: simulated(() => simulateDeepset(), fillDeepset),
};
