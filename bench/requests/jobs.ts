import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SimulatedVendor } from '../../src/sandbox/types.ts';

/** The sources of the request benchmark; each is named after its vendor. */
export const SOURCES = ['nemo', 'sap', 'softwareone', 'deepset', 'bytenite'] as const;
export type Source = (typeof SOURCES)[number];

/** Keys of jobs. */
export interface Jobs {
  /** Two of each source, with logs of `LINES` lines. */
  readonly pairs: Readonly<Record<Source, readonly [string, string]>>;
  /** A ByteNite job of 200,000 lines. */
  readonly huge: string;
}

const LINES: Readonly<Record<Source, number>> = {
  nemo: 3_000,
  sap: 3_000,
  softwareone: 3_000,
  deepset: 3_000,
  bytenite: 200,
};
const HUGE = 200_000;
const SECOND = 1_000_000_000n;
/** 2026-05-04T02:00:00Z: long ago, so that logs are complete. */
const START = 1_777_860_000n * SECOND;
/** Between two lines: odd, so that times have fractions. */
const STEP = 2n * SECOND + 123_456_000n;

const PARTS: Readonly<Record<Source, readonly Pick<SandboxLine, 'step' | 'task'>[]>> = {
  nemo: [
    { step: 'training', task: 'trainer' },
    { step: 'evaluation', task: 'scorer' },
  ],
  sap: [{}],
  softwareone: [{}],
  deepset: [{ step: 'querypipeline' }, { step: 'indexingpipeline' }],
  bytenite: [{ step: 'TASKRUNNER', task: 'task-a' }, { step: 'PARTITIONER' }],
};

const SEVERITIES = ['info', 'info', 'info', 'warn', 'error'] as const;

export function simulations(): Record<Source, SimulatedVendor> {
  return {
    nemo: simulateNemo(),
    sap: simulateSap(),
    softwareone: simulateSoftwareOne({ now: () => Number(START / 1_000_000n) - 3_600_000 }),
    deepset: simulateDeepset(),
    bytenite: simulateByteNite({ now: () => START - 3600n * SECOND }),
  };
}

function lineOf(source: Source, index: number): SandboxLine {
  const parts = PARTS[source];
  const loss = (4 / (index + 2)).toFixed(6);
  return {
    time: START + BigInt(index) * STEP,
    message: `step ${index}: loss ${loss}, accuracy 0.9873, learning rate 0.0003, 512 samples in 1.84 s on "cuda:${index % 8}"`,
    severity: SEVERITIES[index % SEVERITIES.length] ?? 'info',
    ...parts[index % parts.length],
  };
}

export function fill(simulated: Readonly<Record<Source, SimulatedVendor>>): Jobs {
  const create = (source: Source, name: string, lines: number): string => {
    const key = simulated[source].createJob({ name, status: 'SUCCEEDED' });
    const written = Array.from({ length: lines }, (_, index) => lineOf(source, index));
    simulated[source].write(key, written);
    return key;
  };
  const pairs = SOURCES.map((source) => [
    source,
    [create(source, 'first', LINES[source]), create(source, 'second', LINES[source])],
  ]);
  const huge = simulated.bytenite.createJob({ name: 'huge', status: 'SUCCEEDED' });
  simulated.bytenite.generate(huge, HUGE, (index) => lineOf('bytenite', index));
  // Every source has its two.
  return { pairs: Object.fromEntries(pairs) as Jobs['pairs'], huge };
}
