import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseConfiguration } from '../../src/config/parse.ts';
import { connectSources } from '../../src/config/sources.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { TailStatistics } from '../../src/federation/api.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import { createServer } from '../../src/server/server.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { serveTasks } from './child.ts';

export interface ServerSetup {
  readonly sources: Record<string, Record<string, unknown>>;
  readonly tail: Partial<TailSettings>;
}

/** What the server has used since the last reset. Sizes in bytes, times in milliseconds. */
export interface Usage {
  readonly rss: number;
  readonly peakRss: number;
  readonly peakHeap: number;
  /** 1: all of one core. */
  readonly processor: number;
  readonly eventLoopDelay99: number;
  readonly pollers: number;
}

const SAMPLE_INTERVAL = 250;

const delay = monitorEventLoopDelay({ resolution: 10 });
let peakRss = 0;
let peakHeap = 0;
let processorBefore = process.cpuUsage();
let began = Date.now();
let statistics: (() => TailStatistics) | null = null;

function sample(): void {
  const { rss, heapUsed } = process.memoryUsage();
  peakRss = Math.max(peakRss, rss);
  peakHeap = Math.max(peakHeap, heapUsed);
}

const tasks = {
  /** Serves the vendors at a free port and gives where. */
  async start({ sources, tail }: ServerSetup): Promise<string> {
    const configuration = parseConfiguration(
      { sources },
      { origin: 'the benchmark', vendors: VENDORS, environment: {} },
    );
    const federation = createFederation(connectSources(configuration), { tail });
    statistics = () => federation.tailStatistics();
    const server = await createServer({ federation, host: '127.0.0.1', port: 0, graphiql: false });
    setInterval(sample, SAMPLE_INTERVAL);
    delay.enable();
    return server.url;
  },

  resetUsage(): void {
    peakRss = 0;
    peakHeap = 0;
    sample();
    processorBefore = process.cpuUsage();
    began = Date.now();
    delay.reset();
  },

  usage(): Usage {
    sample();
    const { user, system } = process.cpuUsage(processorBefore);
    return {
      rss: process.memoryUsage().rss,
      peakRss,
      peakHeap,
      processor: (user + system) / 1000 / (Date.now() - began),
      eventLoopDelay99: delay.percentile(99) / 1e6,
      pollers: statistics?.().feeds ?? 0,
    };
  },
};

export type ServerTasks = typeof tasks;

serveTasks(tasks);
