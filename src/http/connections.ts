import { processPools } from './request/pools.ts';
import type { PoolLease, Pools } from './request/pools.ts';
import type { Wire } from './request/exchange.ts';
import type { OtherHost } from './request/redirects.ts';
import type { SourceHttpSettings, TlsSettings } from './settings.ts';

/** The connections of one source: to itself, to its token endpoint, and to hosts that it redirects to. */
export class Connections {
  readonly #settings: SourceHttpSettings;
  readonly #pools: Pools;
  readonly #leases = new Set<PoolLease>();

  constructor(settings: SourceHttpSettings, pools: Pools = processPools) {
    this.#settings = settings;
    this.#pools = pools;
  }

  /** Connects to an endpoint until `close`. `label` is its name in messages. */
  to(url: string, label: string): Wire {
    return this.#connect(url, label, this.#settings.tls).wire;
  }

  /** Connects to another host for one request. The other host gets no credentials of the source, and no certificate of ours. */
  otherHost(origin: string): OtherHost {
    const { source, tls } = this.#settings;
    const label = `${source}: the host that the source redirected to`;
    const { wire, lease } = this.#connect(origin, label, tls && { ca: tls.ca });
    return {
      wire,
      release: () => {
        this.#leases.delete(lease);
        void lease.release();
      },
    };
  }

  /** Releases all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#leases].map(async (lease) => lease.release()));
  }

  #connect(
    url: string,
    label: string,
    tls: TlsSettings | undefined,
  ): { readonly wire: Wire; readonly lease: PoolLease } {
    const { source, limits, proxy } = this.#settings;
    const { connectTimeoutMilliseconds } = limits;
    const lease = this.#pools.acquire(new URL(url).origin, { connectTimeoutMilliseconds, tls, proxy });
    this.#leases.add(lease);
    const { origin, dispatcher, hasProxy } = lease;
    return { wire: { source, label, origin, dispatcher, hasProxy, limits }, lease };
  }
}
