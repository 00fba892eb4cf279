import { encodeNodeId } from '../../src/federation/node-id.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { FaultyVendor } from '../acceptance/faults/faulty-vendor.ts';

const JOBS_PER_VENDOR = 2;

/** A job whose lines are numbered in the order in which they are written. */
export interface WrittenJob {
  readonly id: string;
  written: number;
  /** Writes a line that no listener gets: it exists before they start. */
  begin(): void;
  write(): void;
  finish(): void;
}

/** The five vendors, each with jobs that run. */
export interface Ground {
  readonly vendors: readonly FaultyVendor[];
  readonly jobs: readonly WrittenJob[];
  /** `sources` of a configuration. */
  readonly sources: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const named = await Promise.all(
    Object.entries(SIMULATED).map(
      async ([name, { simulate }]) => [name, new FaultyVendor(await startVendorServer(simulate()))] as const,
    ),
  );
  const vendors = named.map(([, vendor]) => vendor);
  const limits = { timeout: '2s', maxResponseBytes: 2 ** 20 };
  return {
    vendors,
    jobs: named.flatMap(([name, vendor]) => Array.from({ length: JOBS_PER_VENDOR }, () => openJob(name, vendor))),
    sources: Object.fromEntries(named.map(([name, { configuration }]) => [name, { ...configuration, limits }])),
    async close() {
      await Promise.all(vendors.map((vendor) => vendor.close()));
    },
  };
}

function openJob(name: string, { simulation }: FaultyVendor): WrittenJob {
  const key = simulation.createJob();
  const write = (number: number): void => {
    simulation.write(key, [{ time: BigInt(Date.now()) * 1_000_000n, message: `line ${number}` }]);
  };
  return {
    id: encodeNodeId('Job', name, key),
    written: 0,
    begin: () => {
      write(-1);
    },
    write() {
      write(this.written);
      this.written += 1;
    },
    finish: () => {
      simulation.setStatus(key, 'SUCCEEDED');
    },
  };
}
