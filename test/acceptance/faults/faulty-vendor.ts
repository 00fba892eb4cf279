import type { SimulatedVendor, VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { FaultCase } from './table.ts';

/** A simulated vendor that listens, and goes wrong on demand; also in ways that no answer of it can be. */
export class FaultyVendor {
  readonly #kinds = new Set<string>();
  #server: VendorServer;

  constructor(server: VendorServer) {
    this.#server = server;
  }

  get simulation(): SimulatedVendor {
    return this.#server.simulation;
  }

  get configuration(): Record<string, unknown> {
    return this.simulation.sourceConfig(this.#server.origin);
  }

  /** Goes wrong until the function that this gives is called. Tokens are given all the while. */
  async breakBy({ what }: FaultCase, elsewhere: string): Promise<() => Promise<void>> {
    if (what === 'refused') {
      const { simulation, origin } = this.#server;
      await this.#server.close();
      let mended: Promise<VendorServer> | null = null;
      return async () => {
        mended ??= startVendorServer(simulation, Number(new URL(origin).port));
        this.#server = await mended;
      };
    }
    for (const { kind } of this.#server.calls) if (kind !== 'token') this.#kinds.add(kind);
    this.#server.resetCalls();
    this.#server.inject({ what: what(elsewhere), kinds: [...this.#kinds] });
    return () => {
      this.#server.clearFaults();
      return Promise.resolve();
    };
  }

  /** Where it is, and what opens it. */
  secrets(): string[] {
    const { auth } = this.configuration;
    const hidden = Object.entries(auth as Record<string, string>).filter(([key]) => key !== 'type');
    return [new URL(this.#server.origin).host, ...hidden.map(([, value]) => value)];
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
