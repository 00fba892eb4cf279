import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { SIMULATED } from '../../../src/sandbox/demo/demo-vendors.ts';
import type { SapSimulation } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SoftwareOneSimulation } from '../../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { eachSource, MEASURED } from './sources.ts';
import type { Source } from './sources.ts';

/** The simulations of `SIMULATED`. Schedules and child tasks are made by members of their own vendors. */
export type Simulations = Readonly<Record<Source, SimulatedVendor>> & {
  readonly sap: SapSimulation;
  readonly softwareone: SoftwareOneSimulation;
};

/** One job at each source. */
export type JobKeys = Readonly<Record<Source, string>>;

export interface Jobs {
  /** A log of 3,000 lines. */
  readonly long: JobKeys;
  /** A log of 30 lines. */
  readonly short: JobKeys;
  /** A log of 1,000,500 lines; at ByteNite, whose answers are always complete, of 4,000. */
  readonly deep: JobKeys;
  /** A log of 30,000 lines; at ByteNite of 4,000. */
  readonly large: JobKeys;
  readonly empty: JobKeys;
  /** Ten more jobs; their logs have one line each. */
  readonly many: Readonly<Record<Source, readonly string[]>>;
  /** The SAP schedule of the long job. */
  readonly schedule: string;
  /** A child task of the long SoftwareOne job. */
  readonly child: string;
}

const SECOND = 1_000_000_000n;
/** 2026-05-04T02:00:00Z */
export const START = 1_777_860_000n * SECOND;
/** The end of all jobs: long ago, so that their logs are complete. */
const LONG_LINES = 3_000;
export const DEEP_LINES = 1_000_500;
const LARGE_LINES = 30_000;
/** The interval between two lines. */
export const STEP = 2n * SECOND;

export function timeOf(index: number): string {
  return new Date(Number((START + BigInt(index) * STEP) / 1_000_000n)).toISOString();
}

export function jobIdOf(source: Source, key: string): string {
  return encodeNodeId('Job', source, key);
}

export function simulations(): Simulations {
  const now = START - 3600n * SECOND;
  // The table's test compares the sources with `SIMULATED`.
  return eachSource((source) => SIMULATED[source]?.simulate(() => now)) as Simulations;
}

const SEVERITIES = ['info', 'info', 'info', 'warn', 'error'] as const;

function lineOf(source: Source, index: number): SandboxLine {
  const { parts } = MEASURED[source];
  return {
    time: START + BigInt(index) * STEP,
    message: `line ${index}`,
    severity: SEVERITIES[index % SEVERITIES.length] ?? 'info',
    ...parts[index % parts.length],
  };
}

function writeLines(simulation: SimulatedVendor, source: Source, key: string, count: number): void {
  simulation.write(
    key,
    Array.from({ length: count }, (_, index) => lineOf(source, index)),
  );
}

export function fill(simulated: Simulations): Jobs {
  const create = (source: Source, name: string): string => {
    const key = simulated[source].createJob({ name, status: 'SUCCEEDED' });
    return key;
  };
  const long = eachSource((source) => {
    const key = create(source, 'long');
    writeLines(simulated[source], source, key, LONG_LINES);
    return key;
  });
  const short = eachSource((source) => {
    const key = create(source, 'short');
    writeLines(simulated[source], source, key, 30);
    return key;
  });
  const computed = (name: string, lines: number): JobKeys =>
    eachSource((source) => {
      const key = create(source, name);
      const count = Math.min(lines, MEASURED[source].most);
      simulated[source].generate(key, count, (index) => lineOf(source, index));
      return key;
    });
  const deep = computed('deep', DEEP_LINES);
  const large = computed('large', LARGE_LINES);
  const empty = eachSource((source) => create(source, 'empty'));
  const many = eachSource((source) =>
    Array.from({ length: 10 }, (_, index) => {
      const key = create(source, `job-${index}`);
      writeLines(simulated[source], source, key, 1);
      return key;
    }),
  );
  const child = simulated.softwareone.createJob({ parent: long.softwareone, name: 'a part', status: 'SUCCEEDED' });
  writeLines(simulated.softwareone, 'softwareone', child, 30);
  const [schedule = ''] = Object.values(simulated.sap.schedules(long.sap));
  return { long, short, deep, large, empty, many, schedule, child };
}
