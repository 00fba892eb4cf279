/** The vendor of the growth benchmark, in a process of its own: simulated NeMo, with computed logs. */
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { SandboxLine } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { serveTasks } from '../tail/child.ts';
import { writeStamp } from '../tail/stamp.ts';

const JOBS = 100;
const LINES = 3_000;
const SECOND = 1_000_000_000n;
/** 2026-05-04T02:00:00Z: long ago, so that logs are complete. */
const START = 1_777_860_000n * SECOND;

export interface GrowthUpstream {
  /** As in a configuration file. */
  readonly source: Record<string, unknown>;
  /** Keys of finished jobs of some thousand lines each. */
  readonly jobs: readonly string[];
  /** Key of a finished job with as many lines as were asked for. */
  readonly deep: string;
  /** Key of a job that runs. */
  readonly running: string;
}

const simulation = simulateNemo();

/** All jobs write at about the same times, so that a merge takes lines of each of them. */
function lineOf(job: number, index: number): SandboxLine {
  const loss = (4 / (index + 2)).toFixed(6);
  return {
    time: START + BigInt(index) * SECOND + BigInt(job) * 1_000_000n,
    message: `step ${index}: loss ${loss}, accuracy 0.9873, learning rate 0.0003, 512 samples in 1.84 s`,
  };
}

const tasks = {
  async start(deepLines: number): Promise<GrowthUpstream> {
    const { origin } = await startVendorServer(simulation);
    const finished = (name: string, count: number, job: number): string => {
      const key = simulation.createJob({ name, status: 'SUCCEEDED' });
      simulation.generate(key, count, (index) => lineOf(job, index));
      return key;
    };
    return {
      source: simulation.sourceConfig(origin),
      jobs: Array.from({ length: JOBS }, (_, index) => finished(`job-${index}`, LINES, index)),
      deep: finished('deep', deepLines, 0),
      running: simulation.createJob({ name: 'running' }),
    };
  },

  /** Writes one line of now to a job. */
  write({ key, number }: { readonly key: string; readonly number: number }): void {
    const at = Date.now();
    simulation.write(key, [{ time: BigInt(at) * 1_000_000n, message: writeStamp({ number, at }) }]);
  },
};

export type GrowthTasks = typeof tasks;

serveTasks(tasks);
