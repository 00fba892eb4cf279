import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import type { Federation } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import type { SimulatedVendor, VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { createServer } from '../../src/server/server.ts';
import type { RunningServer, ServerOptions } from '../../src/server/server.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { quickClock } from '../support/quick-clock.ts';

/** Polls that follow each other in milliseconds instead of seconds; everything else in proportion. */
export const FAST: Partial<TailSettings> = {
  intervalMilliseconds: 5,
  maxIntervalMilliseconds: 40,
  refreshMilliseconds: 10,
  overlapMilliseconds: 3_000,
  reorderMilliseconds: 0,
  drainMilliseconds: [20, 40, 80],
};

export interface StandOptions<S extends Record<string, SimulatedVendor>> {
  readonly vendors: S;
  /** What the sources' configuration says beside what the simulations say. */
  readonly configuration?: { readonly [name in keyof S]?: Readonly<Record<string, unknown>> };
  readonly tail?: Partial<TailSettings>;
  readonly server?: Partial<ServerOptions>;
}

/** Simulated vendors that listen, and the service in front of them, wired as the command line does it. */
export interface Stand<S extends Record<string, SimulatedVendor>> {
  readonly url: string;
  readonly federation: Federation;
  readonly vendors: { readonly [name in keyof S]: VendorServer & { readonly simulation: S[name] } };
  /** Lines of the service's log. */
  readonly log: readonly string[];
  /** The global id of a job. */
  id(source: keyof S & string, key: string): string;
  /** The service alone, not the vendors: what a replica's shutdown is. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand that is closed when the test is over. */
export async function stand<S extends Record<string, SimulatedVendor>>(options: StandOptions<S>): Promise<Stand<S>> {
  const started = await openStand(options);
  onTestFinished(() => started.close());
  return started;
}

export async function openStand<S extends Record<string, SimulatedVendor>>({
  vendors,
  configuration = {},
  tail = {},
  server = {},
}: StandOptions<S>): Promise<Stand<S>> {
  const listening: Record<string, VendorServer> = {};
  const sources: Record<string, unknown> = {};
  for (const [name, simulation] of Object.entries(vendors)) {
    const vendorServer = await startVendorServer(simulation);
    listening[name] = vendorServer;
    sources[name] = { ...simulation.sourceConfig(vendorServer.origin), ...configuration[name] };
  }
  const parsed = parseConfiguration({ sources }, { origin: 'test', vendors: VENDORS, environment: {} });
  // Retries wait for nothing: what is tested is what comes after them.
  const connected = connectSources(parsed, quickClock());
  const federation = createFederation(connected, { tail: { ...FAST, ...tail } });
  const log: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(line) });
  const running: RunningServer = await createServer({
    federation,
    host: '127.0.0.1',
    port: 0,
    logger,
    graphiql: false,
    graceMilliseconds: 500,
    ...server,
  });
  async function stop(): Promise<void> {
    await running.close();
    await closeSources(connected);
  }
  return {
    url: running.url,
    federation,
    // Each server was started with the simulation of its name.
    vendors: listening as unknown as Stand<S>['vendors'],
    log,
    id: (source, key) => encodeNodeId('Job', source, key),
    stop,
    async close() {
      await stop();
      await Promise.all(Object.values(listening).map((one) => one.close()));
    },
  };
}
