import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import type { ByteNiteSimulation } from '../../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../../src/sandbox/deepset/index.ts';
import type { SimulatedDeepset } from '../../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import type { NemoSimulation } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SapSimulation } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import type { SoftwareOneSimulation } from '../../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { SOURCES } from './sources.ts';
import type { Source } from './sources.ts';

export interface Simulations extends Readonly<Record<Source, SimulatedVendor>> {
  readonly nemo: NemoSimulation;
  readonly sap: SapSimulation;
  readonly softwareone: SoftwareOneSimulation;
  readonly deepset: SimulatedDeepset;
  readonly bytenite: ByteNiteSimulation;
}

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
  return {
    nemo: simulateNemo(),
    sap: simulateSap(),
    softwareone: simulateSoftwareOne({ now: () => Number(now / 1_000_000n) }),
    deepset: simulateDeepset(),
    bytenite: simulateByteNite({ now: () => now }),
  };
}

const SEVERITIES = ['info', 'info', 'info', 'warn', 'error'] as const;

const PARTS: Readonly<Record<Source, readonly Pick<SandboxLine, 'step' | 'task'>[]>> = {
  nemo: [
    { step: 'training', task: 'trainer' },
    { step: 'evaluation', task: 'scorer' },
  ],
  sap: [{}],
  softwareone: [{}],
  deepset: [{ step: 'querypipeline' }, { step: 'indexingpipeline' }],
  bytenite: [{ step: 'TASKRUNNER', task: 'task-a' }, { step: 'TASKRUNNER', task: 'task-b' }, { step: 'PARTITIONER' }],
};

function lineOf(source: Source, index: number): SandboxLine {
  const parts = PARTS[source];
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

function jobsOf(create: (source: Source) => string): JobKeys {
  // Every source gets one.
  return Object.fromEntries(SOURCES.map((source) => [source, create(source)])) as Record<Source, string>;
}

export function fill(simulated: Simulations): Jobs {
  const create = (source: Source, name: string): string => {
    const key = simulated[source].createJob({ name, status: 'SUCCEEDED' });
    return key;
  };
  const long = jobsOf((source) => {
    const key = create(source, 'long');
    writeLines(simulated[source], source, key, LONG_LINES);
    return key;
  });
  const short = jobsOf((source) => {
    const key = create(source, 'short');
    writeLines(simulated[source], source, key, 30);
    return key;
  });
  const computed = (name: string, lines: number): JobKeys =>
    jobsOf((source) => {
      const key = create(source, name);
      const count = source === 'bytenite' ? 4_000 : lines;
      simulated[source].generate(key, count, (index) => lineOf(source, index));
      return key;
    });
  const deep = computed('deep', DEEP_LINES);
  const large = computed('large', LARGE_LINES);
  const empty = jobsOf((source) => create(source, 'empty'));
  const many = Object.fromEntries<readonly string[]>(
    SOURCES.map((source) => [
      source,
      Array.from({ length: 10 }, (_, index) => {
        const key = create(source, `job-${index}`);
        writeLines(simulated[source], source, key, 1);
        return key;
      }),
    ]),
  ) as Record<Source, readonly string[]>;
  const child = simulated.softwareone.createJob({ parent: long.softwareone, name: 'a part', status: 'SUCCEEDED' });
  writeLines(simulated.softwareone, 'softwareone', child, 30);
  const [schedule = ''] = Object.values(simulated.sap.schedules(long.sap));
  return { long, short, deep, large, empty, many, schedule, child };
}
