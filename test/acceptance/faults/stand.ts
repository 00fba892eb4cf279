import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { SIMULATED } from '../../../src/sandbox/demo/demo-vendors.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import { serve } from '../service.ts';
import type { Service } from '../service.ts';
import { FaultyVendor } from './faulty-vendor.ts';

export const NAMES = Object.keys(SIMULATED);

/** Long enough for every pause that a source asks for or is given. */
const ALL_PAUSES_MILLISECONDS = 60_000;

/** A vendor with one job, which runs. */
class Followed extends FaultyVendor {
  readonly key = this.simulation.createJob({ name: 'followed' });
  readonly written: string[] = [];

  write(count: number, millisecondsAgo = 0): string[] {
    const time = BigInt(Date.now() - millisecondsAgo) * 1_000_000n;
    const lines = Array.from({ length: count }, (_, index) => ({
      time: time + BigInt(index) * 1_000_000n,
      message: `line ${this.written.length + index} of ${this.simulation.vendor}`,
    }));
    this.simulation.write(this.key, lines);
    const texts = lines.map(({ message }) => message);
    this.written.push(...texts);
    return texts;
  }
}

/** The five vendors, and the service in front of them. */
export interface FaultStand {
  readonly vendors: Readonly<Record<string, Followed>>;
  /** Answers questions. Another one follows jobs: what the polls of that meet does not close its breakers. */
  readonly questions: Service;
  readonly tails: Service;
  /** Where a vendor redirects to. */
  readonly elsewhere: { readonly origin: string; readonly visits: readonly string[] };
  id(name: string): string;
  /** The two, but a call of that source may take little time. */
  impatient(name: string): Promise<Pick<FaultStand, 'questions' | 'tails'>>;
  /** All pauses that sources have asked for, or were given, are over. */
  passTime(): void;
  close(): Promise<void>;
}

export async function openFaultStand(): Promise<FaultStand> {
  const visits: string[] = [];
  const other = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

  const time = { now: Date.now.bind(Date), ahead: 0 };
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => time.now() + time.ahead);

  const vendors = Object.fromEntries(
    await Promise.all(
      Object.entries(SIMULATED).map(
        async ([name, { simulate }]) => [name, new Followed(await startVendorServer(simulate()))] as const,
      ),
    ),
  );
  // Long enough ago that no later line has the same instant, whatever clock a vendor has.
  for (const vendor of Object.values(vendors)) vendor.write(8, 60_000);

  async function start(impatient?: string): Promise<Pick<FaultStand, 'questions' | 'tails'>> {
    const sources = Object.fromEntries(
      Object.entries(vendors).map(([name, { configuration }]) => {
        const limits = { retries: 0, maxResponseBytes: 65_536, ...(name === impatient ? { timeout: '300ms' } : {}) };
        return [name, { ...configuration, limits }];
      }),
    );
    const tail = { interval: '20ms', maxInterval: '250ms', refresh: '50ms', reorderWindow: '1ms' };
    const [questions, tails] = await Promise.all([serve(sources), serve(sources, { tail })]);
    return { questions, tails };
  }

  const impatient = new Map<string, Promise<Pick<FaultStand, 'questions' | 'tails'>>>();
  const services = await start();
  return {
    vendors,
    ...services,
    elsewhere: { origin, visits },
    id: (name) => encodeNodeId('Job', name, vendors[name]?.key ?? ''),
    impatient(name) {
      const known = impatient.get(name) ?? start(name);
      impatient.set(name, known);
      return known;
    },
    passTime: () => void (time.ahead += ALL_PAUSES_MILLISECONDS),
    async close() {
      const started = [services, ...(await Promise.all(impatient.values()))];
      await Promise.all(started.flatMap(({ questions, tails }) => [questions.stop(), tails.stop()]));
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
      await new Promise((resolve) => other.close(resolve));
      clock.mockRestore();
    },
  };
}
