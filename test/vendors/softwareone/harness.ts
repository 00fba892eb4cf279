import { LRUCache } from 'lru-cache';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { Ordered, Position } from '../../../src/domain/ordered.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import type { SourceHttp } from '../../../src/http/client.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import { PageSize, PageSizes } from '../../../src/pagination/core/page-size.ts';
import type { Partition, ReadRequest } from '../../../src/pagination/core/partition.ts';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import type { SoftwareOneSimulation } from '../../../src/sandbox/softwareone/index.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import type { Abilities } from '../../../src/vendors/softwareone/abilities.ts';
import type { SourceContext } from '../../../src/vendors/softwareone/context.ts';
import { softwareOne } from '../../../src/vendors/softwareone/index.ts';
import { quickClock } from '../../support/quick-clock.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** 2025-09-11T13:40:13.515Z */
export const START = 1_757_598_013_515_000_000n;
export const MILLISECOND = 1_000_000n;
export const UNKNOWN_TASK = 'TSK-0000-0000-0000-0000';

export interface Harness {
  readonly simulation: SoftwareOneSimulation;
  readonly server: VendorServer;
  /** A connector that knows nothing yet about the vendor, as in another process. */
  connect(options?: { readonly token?: string; readonly pageSize?: number }): Connector;
  /** What readers of the source share, as a connector makes it. */
  context(abilities: Abilities): SourceContext;
  /** The decoded queries that were asked since the last look, each behind its kind. */
  asked(): string[];
  close(): Promise<void>;
}

/** The simulation listening, and connectors to it over real HTTP that don't wait between attempts. */
export async function startHarness(settings: Partial<SoftwareOneSettings> = {}): Promise<Harness> {
  const simulation = simulateSoftwareOne({ settings, now: () => Number(START / MILLISECOND) });
  const server = await startVendorServer(simulation);
  const clients: { close(): Promise<void> }[] = [];
  function open(token = simulation.token): SourceHttp {
    const http = createSourceHttp(
      {
        source: 'marketplace',
        baseUrl: server.origin,
        auth: { type: 'bearer', token },
        forward: false,
        limits: DEFAULT_LIMITS,
        classifyError: softwareOne.classifyError,
      },
      quickClock(),
    );
    clients.push(http);
    return http;
  }
  return {
    simulation,
    server,
    connect({ token, ...options } = {}) {
      const http = open(token);
      return softwareOne.create({ source: 'marketplace', http, options: softwareOne.options.parse(options) });
    },
    context: (abilities) => ({
      http: open(),
      abilities,
      pageSize: 10,
      sizes: new PageSizes(10),
      taskRows: new PageSize(10),
      parents: new LRUCache({ max: 10 }),
    }),
    asked() {
      const calls = server.calls.map(({ kind, url }) => `${kind} ${decodeURIComponent(url.split('?')[1] ?? '')}`);
      server.resetCalls();
      return calls;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
    },
  };
}

export interface ReadOptions extends Partial<ReadRequest<Ordered>> {
  readonly call?: Call;
  /** Stop after that many rows. */
  readonly take?: number;
}

/** Reads a partition on; to its end unless it is told how many rows to take. */
export async function readRows<T extends Ordered>(
  partition: Partition<T>,
  { call = createCall(), take = Infinity, ...request }: ReadOptions = {},
): Promise<T[]> {
  const rows: T[] = [];
  const whole = { direction: 'forward', from: null, hint: null, until: null, need: 1_000, ...request } as const;
  if (take === 0) return rows;
  for await (const batch of partition.read(whole, call)) {
    rows.push(...rowsOf(batch));
    if (rows.length >= take) break;
  }
  return rows.slice(0, take);
}

export function positionOf(row: Ordered): Position {
  return { time: row.time, tie: row.tie };
}
