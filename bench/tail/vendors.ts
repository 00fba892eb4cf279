import { setTimeout as pause } from 'node:timers/promises';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { serveTasks } from './child.ts';
import { writeStamp } from './stamp.ts';

/** A job of the simulated vendors. */
export interface BenchJob {
  readonly source: string;
  readonly key: string;
}

export interface Flow {
  readonly jobs: readonly BenchJob[];
  readonly linesPerSecond: number;
  readonly seconds: number;
  /** The number of the first line of each job. */
  readonly first: number;
}

/** How often lines are written: more often than anybody polls. */
const WRITE_INTERVAL = 50;

const servers: Record<string, VendorServer> = {};

function serverOf(source: string): VendorServer {
  const server = servers[source];
  if (server === undefined) throw new Error(`There is no vendor ${source}.`);
  return server;
}

const tasks = {
  /** Starts the vendors and gives the configuration that uses them. */
  async start(): Promise<Record<string, Record<string, unknown>>> {
    for (const [name, { simulate }] of Object.entries(SIMULATED)) servers[name] = await startVendorServer(simulate());
    return Object.fromEntries(
      Object.entries(servers).map(([name, { simulation, origin }]) => [name, simulation.sourceConfig(origin)]),
    );
  },

  /** Running jobs, of each source in turn. */
  createJobs({ sources, count }: { readonly sources: readonly string[]; readonly count: number }): BenchJob[] {
    return Array.from({ length: count }, (_, index) => {
      const source = sources[index % sources.length] ?? '';
      return { source, key: serverOf(source).simulation.createJob() };
    });
  },

  /** Writes lines to each job at a steady rate. Gives how many each has got. */
  async flow({ jobs, linesPerSecond, seconds, first }: Flow): Promise<number> {
    const total = Math.round(linesPerSecond * seconds);
    const began = Date.now();
    const written = jobs.map(() => 0);
    for (let done = false; !done;) {
      await pause(WRITE_INTERVAL);
      const elapsed = (Date.now() - began) / 1000;
      jobs.forEach(({ source, key }, index) => {
        // Jobs do not write in step.
        const due = Math.min(total, Math.floor(elapsed * linesPerSecond + index / jobs.length));
        const from = written[index] ?? 0;
        if (due > from) serverOf(source).simulation.write(key, linesFrom(first + from, due - from));
        written[index] = due;
      });
      done = written.every((count) => count === total);
    }
    return total;
  },

  resetCalls(): void {
    for (const server of Object.values(servers)) server.resetCalls();
  },

  /** Calls since the last reset, by kind. */
  calls(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { calls } of Object.values(servers)) {
      for (const { kind } of calls) counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  },
};

/** The vendor can serve a line from now on: its time is the time at which it is written. */
function linesFrom(number: number, count: number) {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    // Lines that are written together do not share an instant.
    time: BigInt(now) * 1_000_000n + BigInt(index) * 1_000n,
    message: writeStamp({ number: number + index, at: now }),
  }));
}

export type VendorTasks = typeof tasks;

serveTasks(tasks);
