import { SIMULATED } from './demo/demo-vendors.ts';
import type { DemoVendor } from './demo/demo-vendors.ts';
import type { Fault, VendorServer } from './types.ts';
import { startVendorServer } from './vendor-server.ts';

export type { Fault, VendorServer } from './types.ts';

export interface SandboxOptions {
  /** Port of the first vendor; the others use the following ports. Default: the system chooses. */
  readonly portBase?: number | undefined;
  /** Faults from the start, at the named source or, without a name, at all sources. */
  readonly faults?: readonly SandboxFault[] | undefined;
  /** Whether running jobs advance by themselves. Default: yes, every second. */
  readonly growing?: boolean | undefined;
  /** The clock of the demo's jobs, nanoseconds since the epoch. */
  readonly now?: (() => bigint) | undefined;
}

export interface SandboxFault {
  /** A source of the sandbox; undefined: all sources. */
  readonly source?: string | undefined;
  readonly fault: Fault;
}

export interface Sandbox {
  /** By the source's name. */
  readonly servers: Readonly<Record<string, VendorServer>>;
  /** The content of a configuration file for these vendors. */
  readonly configuration: { readonly sources: Readonly<Record<string, Record<string, unknown>>> };
  /** Advances the running jobs to the current time. */
  grow(): void;
  close(): Promise<void>;
}

/** The names of the sandbox's sources. */
export const SANDBOX_SOURCES: readonly string[] = Object.keys(SIMULATED);

const GROWTH_INTERVAL = 1_000;

/** Starts every simulated vendor on loopback, with jobs. Rejects if a port is taken, and leaves nothing open. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? ((): bigint => BigInt(Date.now()) * 1_000_000n);
  const vendors = Object.entries(SIMULATED).map(([name, { demo }]) => ({ name, vendor: demo(now) }));
  const servers = await startAll(vendors, options.portBase);
  for (const { source, fault } of options.faults ?? []) {
    for (const [name, server] of Object.entries(servers))
      if (source === undefined || source === name) server.inject(fault);
  }

  function grow(): void {
    for (const { vendor } of vendors) vendor.grow(now());
  }

  const timer = options.growing === false ? undefined : setInterval(grow, GROWTH_INTERVAL);
  // The vendors' sockets keep a serving process alive; this timer alone must not.
  timer?.unref();
  const sources = Object.entries(servers).map(
    ([name, { simulation, origin }]) => [name, simulation.sourceConfig(origin)] as const,
  );
  return {
    servers,
    configuration: { sources: Object.fromEntries(sources) },
    grow,
    async close() {
      clearInterval(timer);
      await closeAll(Object.values(servers));
    },
  };
}

async function startAll(
  vendors: readonly { readonly name: string; readonly vendor: DemoVendor }[],
  portBase: number | undefined,
): Promise<Record<string, VendorServer>> {
  const started = await Promise.allSettled(
    vendors.map(async ({ name, vendor }, index) => {
      const server = await startVendorServer(vendor.simulation, portBase === undefined ? 0 : portBase + index);
      return [name, server] as const;
    }),
  );
  const listening = started.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed === undefined) return Object.fromEntries(listening);
  await closeAll(listening.map(([, server]) => server));
  throw failed.reason;
}

async function closeAll(servers: readonly VendorServer[]): Promise<void> {
  await Promise.all(servers.map(async (server) => server.close()));
}
