import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { ProxySettings, RouteSettings } from '../settings.ts';
import { createProxied, proxyOfEnvironment } from './proxy.ts';
import { secureContextOf } from './tls.ts';

/** A lease on the shared connections to one origin. */
export interface PoolLease {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  /** True if a proxy may be what answers. */
  readonly hasProxy: boolean;
  /** Ends the lease. The last release closes the connections and aborts the calls on them. */
  release(): Promise<void>;
}

/** How to connect: TLS, proxy and time limit. */
export interface Route extends RouteSettings {
  readonly connectTimeoutMilliseconds: number;
}

/** Connections by origin and route, kept alive and shared by all sources that have both in common. */
export interface Pools {
  acquire(origin: string, route: Route): PoolLease;
}

/**
 * How long an idle connection is kept if the server states no time. Some servers close it silently after five seconds.
 */
const KEEP_ALIVE_MILLISECONDS = 4_000;

/** Generous, because gateways add many headers to those of the source: cookies, policies, traces. */
export const LARGEST_HEADERS_BYTES = 128 * 1024;

/** Creates an empty set of pools. */
export function createPools(): Pools {
  const shared = new Map<string, { pool: Dispatcher; leases: number }>();
  return {
    acquire(origin, { connectTimeoutMilliseconds, tls, proxy: configured }) {
      const proxy = proxyTo(origin, configured);
      const route = { connectTimeoutMilliseconds, tls, proxy };
      const key = JSON.stringify([origin, connectTimeoutMilliseconds, tls, proxy]);
      const entry = shared.get(key) ?? { pool: createPool(origin, route), leases: 0 };
      shared.set(key, entry);
      entry.leases += 1;
      let released = false;
      return {
        origin,
        dispatcher: entry.pool,
        hasProxy: proxy !== undefined,
        async release() {
          if (released) return;
          released = true;
          entry.leases -= 1;
          if (entry.leases > 0) return;
          shared.delete(key);
          await entry.pool.destroy();
        },
      };
    },
  };
}

function proxyTo(origin: string, proxy: ProxySettings | undefined): string | undefined {
  return typeof proxy === 'object' ? (proxyOfEnvironment(origin, proxy) ?? undefined) : proxy;
}

/** How to connect to one origin: the proxy is the one that leads there, if any does. */
interface RouteThere extends Route {
  readonly proxy?: string | undefined;
}

function createPool(origin: string, { connectTimeoutMilliseconds, tls = {}, proxy }: RouteThere): Dispatcher {
  const { ca } = tls;
  const connect = { timeout: connectTimeoutMilliseconds };
  const requestTls = Object.keys(tls).length === 0 ? connect : { ...connect, secureContext: secureContextOf(tls) };
  const options = { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, maxHeaderSize: LARGEST_HEADERS_BYTES };
  if (proxy === undefined) return new Pool(origin, { ...options, connect: requestTls });
  return createProxied(proxy, {
    ...options,
    connect: requestTls,
    requestTls,
    proxyTls: ca === undefined ? connect : { ...connect, secureContext: secureContextOf({ ca }) },
    connectTimeoutMilliseconds,
  });
}

/** The pools of this process. */
export const processPools: Pools = createPools();
