import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction, Position } from '../../../src/domain/ordered.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { Batch, Partition } from '../../../src/pagination/core/partition.ts';
import { simulateDeepset } from '../../../src/sandbox/deepset/index.ts';
import type { DeepsetOptions, SimulatedDeepset } from '../../../src/sandbox/deepset/index.ts';
import type { SandboxReply, SandboxRequest, VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { deepset } from '../../../src/vendors/deepset/index.ts';
import { quickClock } from '../../support/quick-clock.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** 2025-05-23T10:33:04.157182Z */
export const START = 1_747_996_384_157_182_000n;
export const MICROSECOND = 1_000n;

export interface Harness {
  readonly simulation: SimulatedDeepset;
  readonly server: VendorServer;
  /** A connector that knows nothing yet about the vendor, as in another process. */
  connect(workspaces?: readonly string[], token?: string): Connector;
  /** What was asked since the last look: kind and decoded query. */
  asked(): { kind: string; query: Record<string, string> }[];
  /** Closes the connectors so far. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

/** Changes what the simulation answers. */
type Alter = (reply: SandboxReply, request: SandboxRequest) => SandboxReply;

/** The simulation listening, and connectors to it over real HTTP that don't wait between attempts. */
export async function startHarness(options: DeepsetOptions = {}, alter: Alter = (reply) => reply): Promise<Harness> {
  const simulation = simulateDeepset({ token: 'api_test', ...options });
  const handle = async (request: SandboxRequest): Promise<SandboxReply> =>
    alter(await simulation.handle(request), request);
  const server = await startVendorServer({ ...simulation, handle });
  const clients: { close(): Promise<void> }[] = [];
  async function disconnect(): Promise<void> {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  }
  return {
    simulation,
    server,
    disconnect,
    connect(workspaces = ['production'], token = 'api_test') {
      const http = createSourceHttp(
        {
          source: 'docs',
          baseUrl: server.origin,
          auth: { type: 'bearer', token },
          forward: false,
          limits: DEFAULT_LIMITS,
          classifyError: deepset.classifyError,
        },
        quickClock(),
      );
      clients.push(http);
      return deepset.create({ source: 'docs', http, options: { workspaces } });
    },
    asked() {
      const calls = server.calls.map(({ kind, url }) => ({
        kind,
        query: Object.fromEntries(new URL(url, server.origin).searchParams),
      }));
      server.resetCalls();
      return calls;
    },
    async close() {
      await disconnect();
      await server.close();
    },
  };
}

export interface ReadOptions {
  readonly direction?: Direction;
  readonly from?: Position | null;
  readonly until?: Position | null;
  readonly call?: Call;
  /** Stop after that many entries. */
  readonly take?: number;
  /** How many entries the read is told to need. */
  readonly need?: number;
}

/** Reads a partition on; to its end unless it is told how many entries to take. */
export async function readBatches(
  partition: Partition<LogEntry>,
  {
    direction = 'forward',
    from = null,
    until = null,
    call = createCall(),
    take = Infinity,
    need = 1_000,
  }: ReadOptions = {},
): Promise<Batch<LogEntry>[]> {
  const batches: Batch<LogEntry>[] = [];
  let count = 0;
  for await (const batch of partition.read({ direction, from, hint: null, until, need }, call)) {
    batches.push(batch);
    count += batch.rows.length;
    if (count >= take) break;
  }
  return batches;
}

export async function readEntries(partition: Partition<LogEntry>, options: ReadOptions = {}): Promise<LogEntry[]> {
  const entries = (await readBatches(partition, options)).flatMap(rowsOf);
  return entries.slice(0, options.take ?? entries.length);
}

/** The one partition of a pipeline's log. */
export async function partitionOf(
  connector: Connector,
  job: string,
  filter: Parameters<Connector['logs']>[1] = {},
): Promise<Partition<LogEntry>> {
  const { partitions } = await connector.logs({ job }, filter, createCall());
  const [partition] = partitions;
  if (partition === undefined || partitions.length > 1) throw new Error('expected one partition');
  return partition;
}
