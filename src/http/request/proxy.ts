import { EnvHttpProxyAgent, Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { EnvironmentProxies, ProxySettings } from '../settings.ts';

/** A proxy did not connect to a source. `status` is the proxy's answer, or null if it gave none. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly status: number | null;

  constructor(status: number | null) {
    super('The proxy did not open a connection.');
    this.status = status;
  }
}

/** Options of connections through a proxy, in addition to those of direct connections. */
export interface ProxiedPoolOptions extends Pool.Options {
  /** For connections to the source, through the tunnel. */
  readonly requestTls: object;
  /** For connections to the proxy itself. */
  readonly proxyTls: object;
  readonly connectTimeoutMilliseconds: number;
}

/**
 * Connects through a proxy. A source with TLS is reached through a tunnel (CONNECT). A source without TLS is requested
 * by its absolute URL, because many proxies open tunnels only to port 443.
 */
export function createProxied(origin: string, proxy: ProxySettings, options: ProxiedPoolOptions): Dispatcher {
  const { connectTimeoutMilliseconds, ...pool } = options;
  const shared = {
    ...pool,
    proxyTunnel: false,
    factory: (origin: string | URL, own: object) => new Pool(origin, { ...pool, ...own }),
    clientFactory: (origin: URL, own: object) => new TunnelPool(origin, own, connectTimeoutMilliseconds),
  };
  if (typeof proxy !== 'string') {
    // Empty strings keep the agent from reading the environment of the process.
    const { except } = proxy;
    const own = proxyOfScheme(origin, proxy) ?? '';
    const both = { httpProxy: own, httpsProxy: own, noProxy: except };
    return new EnvHttpProxyAgent({ ...shared, ...both, ...credentials(own) });
  }
  return new ProxyAgent({ ...shared, uri: proxy, ...credentials(proxy) });
}

/** The proxy that the environment names for the scheme of this origin. Null: none, whatever NO_PROXY says. */
export function proxyOfScheme(origin: string, { http, https }: EnvironmentProxies): string | null {
  return origin.startsWith('https:') ? (https ?? http) : http;
}

/** The agent reads a user with a password from the URL, but ignores a user without a password. */
function credentials(proxy: string): { token?: string } {
  if (proxy === '') return {};
  const { username, password } = new URL(proxy);
  if (username === '' || password !== '') return {};
  return { token: `Basic ${Buffer.from(`${decodeURIComponent(username)}:`).toString('base64')}` };
}

/** Opens tunnels through a proxy. Reports a refusal as `ProxyFailure` and limits the wait. */
class TunnelPool extends Pool {
  constructor(origin: URL, options: Pool.Options, timeoutMilliseconds: number) {
    super(origin, { ...options, headersTimeout: timeoutMilliseconds });
  }

  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    let answer: Dispatcher.ConnectData;
    try {
      answer = await super.connect(options);
    } catch (error) {
      // After a socket error, the agent would retry at once without end.
      if (hasCode(error, 'UND_ERR_SOCKET') || hasCode(error, 'UND_ERR_HEADERS_TIMEOUT')) throw new ProxyFailure(null);
      throw error;
    }
    if (answer.statusCode === 200) return answer;
    answer.socket.on('error', () => undefined).destroy();
    throw new ProxyFailure(answer.statusCode);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
