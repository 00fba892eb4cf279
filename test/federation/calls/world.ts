import { execute, parse } from 'graphql';
import { schema } from '../../../schema/index.ts';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { closeSources, connectSources } from '../../../src/config/sources.ts';
import { createContext } from '../../../src/context.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import { VENDORS } from '../../../src/vendors/index.ts';
import { fill } from './jobs.ts';
import type { Jobs, Simulations } from './jobs.ts';
import { simulations } from './jobs.ts';

import { RowCounts } from './row-counts.ts';
import { SOURCES } from './sources.ts';
import type { Source } from './sources.ts';

/** Calls that a source has answered, by kind, without those for tokens, which are counted separately. */
export type Calls = Readonly<Record<string, number>>;

export interface Answer {
  readonly data: Record<string, unknown>;
  /** Codes of its errors. */
  readonly codes: readonly string[];
}

/** The real service without its web server and without any knowledge of its sources, as after a start. */
export interface Service {
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

export interface World {
  readonly jobs: Jobs;
  readonly simulations: Simulations;
  start(): Service;
  /** The calls since the last check. */
  takeCalls(): Readonly<Record<Source, Calls>>;
  /** The rows of log pages that a source has returned since the last check. */
  takeRows(source: Source): number;
  close(): Promise<void>;
}

/** The simulated vendors on loopback, with jobs. */
export async function startWorld(simulated = simulations()): Promise<World> {
  const jobs = fill(simulated);
  const rows = new RowCounts();
  const start = (source: Source): Promise<VendorServer> => startVendorServer(rows.counting(source, simulated[source]));
  const started = await Promise.all(SOURCES.map(async (source) => [source, await start(source)] as const));
  const servers = Object.fromEntries(started) as Record<Source, VendorServer>;
  const sources = Object.fromEntries(SOURCES.map((name) => [name, simulated[name].sourceConfig(servers[name].origin)]));
  const configuration = parseConfiguration({ sources }, { origin: 'the test', vendors: VENDORS, environment: {} });
  return {
    jobs,
    simulations: simulated,
    start() {
      const connected = connectSources(configuration);
      const federation = createFederation(connected);
      return {
        async ask(query, variables = {}) {
          const contextValue = createContext(federation, {
            signal: new AbortController().signal,
            authorization: null,
          });
          const result = await execute({ schema, document: parse(query), variableValues: variables, contextValue });
          const codes = (result.errors ?? []).map(({ originalError }) => codeOf(originalError));
          return { data: result.data ?? {}, codes };
        },
        async close() {
          await federation.close();
          await closeSources(connected);
        },
      };
    },
    takeCalls() {
      const taken = SOURCES.map((name) => [name, countKinds(servers[name])] as const);
      for (const server of Object.values(servers)) server.resetCalls();
      // Every source exists.
      return Object.fromEntries(taken) as Record<Source, Calls>;
    },
    takeRows: (source) => rows.take(source),
    async close() {
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}

function codeOf(error: Error | null | undefined): string {
  return error instanceof TributaryError ? error.code : String(error);
}

function countKinds({ calls }: VendorServer): Calls {
  const counts: Record<string, number> = {};
  for (const { kind } of calls) if (kind !== 'token') counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
