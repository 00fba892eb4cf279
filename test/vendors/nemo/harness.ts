import { onTestFinished } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction, Ordered, Position } from '../../../src/domain/ordered.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import type { AuthSettings } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { Hint, Partition } from '../../../src/pagination/core/partition.ts';
import { SANDBOX_TOKEN, simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import type { NemoOptions, NemoSimulation } from '../../../src/sandbox/nemo/index.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { nemo } from '../../../src/vendors/nemo/index.ts';
import { quickClock } from '../../support/quick-clock.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

export const SECOND = 1_000_000_000n;
export const START = 1_772_233_021n * SECOND; // 2026-02-27T22:57:01Z

export interface Harness {
  readonly server: VendorServer;
  readonly simulation: NemoSimulation;
  readonly connector: Connector;
  /** Kinds of the calls since the last reset, in order. */
  readonly kinds: () => readonly string[];
  /** Queries of the log calls since the last reset. */
  readonly logQueries: () => readonly Record<string, string>[];
}

export interface HarnessOptions {
  readonly simulation?: NemoOptions;
  readonly source?: { readonly workspaces?: readonly string[]; readonly pageSize?: number; readonly maxWalk?: number };
  readonly auth?: AuthSettings;
}

/** Another connector to the same vendor, as another instance has it: it knows nothing yet. */
export function connectorTo({ server }: Pick<Harness, 'server'>, options: HarnessOptions = {}): Connector {
  const http = createSourceHttp(
    {
      source: 'nemo-test',
      baseUrl: server.origin,
      auth: options.auth ?? { type: 'bearer', token: SANDBOX_TOKEN },
      forward: false,
      limits: { ...DEFAULT_LIMITS, requestsPerSecond: null },
      classifyError: nemo.classifyError,
    },
    quickClock(),
  );
  onTestFinished(() => http.close());
  return nemo.create({
    source: 'nemo-test',
    http,
    options: nemo.options.parse({ workspaces: ['default'], ...options.source }),
  });
}

/** The simulated vendor, the real HTTP client and the connector between them; gone when the test is over. */
export async function connect(options: HarnessOptions = {}): Promise<Harness> {
  const simulation = simulateNemo(options.simulation);
  const server = await startVendorServer(simulation);
  onTestFinished(() => server.close());
  const connector = connectorTo({ server }, options);
  return {
    server,
    simulation,
    connector,
    kinds: () => server.calls.map(({ kind }) => kind),
    logQueries: () =>
      server.calls
        .filter(({ kind }) => kind === 'logs')
        .map(({ url }) => Object.fromEntries(new URL(url, server.origin).searchParams)),
  };
}

/** All rows of a partition, in the direction of the read. */
export async function readAll<T extends Ordered>(
  partition: Partition<T>,
  call: Call = createCall(),
  direction: Direction = 'forward',
  from: { readonly position: Position; readonly hint: Hint | null } | null = null,
): Promise<{ readonly rows: readonly T[]; readonly hints: readonly (Hint | null)[] }> {
  const rows: T[] = [];
  const hints: (Hint | null)[] = [];
  const request = {
    direction,
    from: from?.position ?? null,
    hint: from?.hint ?? null,
    until: null,
    need: 1000,
  };
  for await (const batch of partition.read(request, call)) {
    rows.push(...rowsOf(batch));
    hints.push(...batch.rows.map(({ hint }) => hint));
    if (batch.more === false) break;
  }
  return { rows, hints };
}

/** The messages of a scope's only partition. */
export async function messagesOf(partitions: readonly Partition<LogEntry>[], call?: Call): Promise<readonly string[]> {
  const read = await Promise.all(partitions.map((partition) => readAll(partition, call)));
  return read.flatMap(({ rows }) => rows.map(({ message }) => message));
}
