import { Cluster, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { answerMilliseconds } from './settings.ts';
import type { RedisServers, RedisSettings } from './settings.ts';

/** Options that all connections share. */
export function connectionOptions(settings: RedisSettings): RedisOptions {
  return {
    lazyConnect: true,
    // Commands that cannot be sent or answered now fail at once: the feeds handle that.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2 * answerMilliseconds(settings),
    retryStrategy: (times) => Math.min(50 * times, 500),
    connectionName: 'tributary',
  };
}

/** A client that is not connected yet. */
export function createClient(servers: RedisServers, options: RedisOptions): Redis | Cluster {
  switch (servers.kind) {
    case 'single':
      return new Redis(servers.url, options);
    case 'cluster': {
      const { lazyConnect, enableOfflineQueue, retryStrategy, ...ofNodes } = options;
      return new Cluster(servers.nodes.map(addressOf), {
        ...(lazyConnect === undefined ? {} : { lazyConnect }),
        ...(enableOfflineQueue === undefined ? {} : { enableOfflineQueue }),
        clusterRetryStrategy: (times) => retryStrategy?.(times) ?? 500,
        redisOptions: { ...ofNodes, ...credentialsOf(servers.nodes[0]) },
      });
    }
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: servers.nodes.map(addressOf),
        ...sentinelCredentialsOf(servers.nodes[0]),
        name: servers.master,
        ...(servers.username === undefined ? {} : { username: servers.username }),
        ...(servers.password === undefined ? {} : { password: servers.password }),
        ...(isSecure(servers.nodes[0]) ? { tls: {}, enableTLSForSentinelMode: true } : {}),
        sentinelRetryStrategy: (times) => Math.min(50 * times, 500),
      });
  }
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  // An IPv6 address is in brackets in a URL.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
}

function isSecure(url: string | undefined): boolean {
  return url?.startsWith('rediss:') === true;
}

function credentialsOf(url: string | undefined): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  if (url === undefined) return {};
  const { username, password } = new URL(url);
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(isSecure(url) ? { tls: {} } : {}),
  };
}

function sentinelCredentialsOf(url: string | undefined): Pick<RedisOptions, 'sentinelUsername' | 'sentinelPassword'> {
  const { username, password } = credentialsOf(url);
  return {
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
  };
}
