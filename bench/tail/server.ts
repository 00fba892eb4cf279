import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
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
  /** What was left in memory, buffers outside of the heap included, when garbage was collected just now. */
  readonly held: number;
  /** Lines in the feeds' windows at that moment, and what the service takes them to need. */
  readonly windowLines: number;
  readonly windowBytes: number;
  /** The most that has waited in this process to be written to one client. */
  readonly peakBuffered: number;
  /** 1: all of one core. */
  readonly processor: number;
  readonly eventLoopDelay99: number;
  readonly pollers: number;
}

const SAMPLE_INTERVAL = 250;

const delay = monitorEventLoopDelay({ resolution: 10 });
let peakRss = 0;
let peakHeap = 0;
let peakBuffered = 0;
let processorBefore = process.cpuUsage();
let began = Date.now();
let statistics: (() => TailStatistics) | null = null;

function sample(): void {
  const { rss, heapUsed } = process.memoryUsage();
  peakRss = Math.max(peakRss, rss);
  peakHeap = Math.max(peakHeap, heapUsed);
  for (const { writableLength } of clients) peakBuffered = Math.max(peakBuffered, writableLength);
}

/** Sockets of clients of this process. */
const clients = new Set<Socket>();
subscribe('net.server.socket', (message) => {
  const { socket } = message as { readonly socket: Socket };
  clients.add(socket);
  socket.once('close', () => clients.delete(socket));
});

/** Collects garbage, where node was started with `--expose-gc`; twice, as buffers go after what refers to them. */
async function collect(): Promise<void> {
  const { gc } = globalThis as { readonly gc?: () => void };
  gc?.();
  await pause(10);
  gc?.();
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
    peakBuffered = 0;
    sample();
    processorBefore = process.cpuUsage();
    began = Date.now();
    delay.reset();
  },

  async usage(): Promise<Usage> {
    sample();
    const { user, system } = process.cpuUsage(processorBefore);
    const processor = (user + system) / 1000 / (Date.now() - began);
    const eventLoopDelay99 = delay.percentile(99) / 1e6;
    await collect();
    const { feeds = 0, windowLines = 0, windowBytes = 0 } = statistics?.() ?? {};
    const { rss, heapUsed, external } = process.memoryUsage();
    return {
      rss,
      peakRss,
      peakHeap,
      held: heapUsed + external,
      peakBuffered,
      processor,
      eventLoopDelay99,
      windowLines,
      windowBytes,
      pollers: feeds,
    };
  },
};

export type ServerTasks = typeof tasks;

serveTasks(tasks);
