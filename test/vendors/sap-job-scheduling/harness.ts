import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { Direction, Ordered, Position } from '../../../src/domain/ordered.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import type { AuthSettings } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { Hint, Partition } from '../../../src/pagination/core/partition.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SapOptions, SapRunInput, SapSimulation } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SandboxReply, SandboxRequest, VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { sapJobScheduling } from '../../../src/vendors/sap-job-scheduling/index.ts';
import { quickClock } from '../../support/quick-clock.ts';

export const SECOND = 1_000_000_000n;
/** 2026-05-04T02:00:00Z */
export const START = 1_777_860_000n * SECOND;

export interface Harness {
  readonly simulation: SapSimulation;
  readonly server: VendorServer;
  /** A connector that knows nothing yet about the instance, as in another process. */
  connect(options?: Record<string, unknown>): Connector;
  /** The vendor calls since the last look, without those for tokens: path behind /scheduler/jobs, and query. */
  asked(): string[];
  /** How long the client waited before it asked again, milliseconds. */
  readonly waits: number[];
  close(): Promise<void>;
}

/** Changes what the simulation answers. */
type Alter = (reply: SandboxReply, request: SandboxRequest) => SandboxReply;

/** The simulation listening, and connectors to it over real HTTP that don't wait between attempts. */
export async function startHarness(options: SapOptions = {}, alter: Alter = (reply) => reply): Promise<Harness> {
  const simulation = simulateSap(options);
  const handle = async (request: SandboxRequest): Promise<SandboxReply> =>
    alter(await simulation.handle(request), request);
  const server = await startVendorServer({ ...simulation, handle });
  const clients: { close(): Promise<void> }[] = [];
  const waits: number[] = [];
  // The simulation says itself how a source reaches it.
  const { auth } = simulation.sourceConfig(server.origin) as unknown as { auth: AuthSettings };
  return {
    simulation,
    server,
    waits,
    connect(given = {}) {
      const { classifyError, paceAfter } = sapJobScheduling;
      const http = createSourceHttp(
        {
          source: 'erp',
          baseUrl: server.origin,
          auth,
          forward: false,
          limits: DEFAULT_LIMITS,
          classifyError,
          paceAfter,
        },
        quickClock((milliseconds) => waits.push(milliseconds)),
      );
      clients.push(http);
      return sapJobScheduling.create({ source: 'erp', http, options: sapJobScheduling.options.parse(given) });
    },
    asked() {
      const urls = server.calls.filter(({ kind }) => kind !== 'token').map(({ url }) => url);
      server.resetCalls();
      return urls.map((url) => url.replace('/scheduler/jobs', ''));
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
    },
  };
}

/** A run that was invoked and answered within the same second. */
export function done(at: bigint, text: string, state = 'SUCCESS'): SapRunInput {
  return { state, scheduled: at, executed: at, completed: at, text };
}

export interface ReadOptions {
  readonly direction?: Direction;
  readonly from?: Position | null;
  readonly hint?: Hint | null;
  readonly until?: Position | null;
  readonly call?: Call;
  /** Stop after that many rows. */
  readonly take?: number;
}

export interface Read<T> {
  readonly row: T;
  readonly hint: Hint | null;
}

/** Reads a partition on; to its end unless it is told how many rows to take. */
export async function readRows<T extends Ordered>(
  partition: Partition<T>,
  {
    direction = 'forward',
    from = null,
    hint = null,
    until = null,
    call = createCall(),
    take = Infinity,
  }: ReadOptions = {},
): Promise<Read<T>[]> {
  const read: Read<T>[] = [];
  const need = Math.min(take, 1_000);
  for await (const batch of partition.read({ direction, from, hint, until, need }, call)) {
    read.push(...batch.rows);
    if (read.length >= take) break;
  }
  return read.slice(0, take);
}

/** The only partition of that list. */
export function only<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined || list.length > 1) throw new Error(`expected one partition, got ${list.length}`);
  return one;
}
