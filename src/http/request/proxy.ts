import { EnvHttpProxyAgent, Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { ProxySettings } from '../settings.ts';

/** A proxy did not open the way to a source. Its own answer, or null when it gave none. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly status: number | null;

  constructor(status: number | null) {
    super('The proxy did not open a connection.');
    this.status = status;
  }
}

/** What connections through a proxy have in common with direct ones. */
export interface ProxiedPoolOptions extends Pool.Options {
  /** For connections to the source, through the tunnel. */
  readonly requestTls: object;
  /** For connections to the proxy itself. */
  readonly proxyTls: object;
  readonly connectTimeoutMilliseconds: number;
}

/**
 * Connections through a proxy. A source with TLS is reached through a tunnel (CONNECT); one without is asked
 * for with its whole URL, as many proxies open tunnels to port 443 only.
 */
export function createProxied(proxy: ProxySettings, options: ProxiedPoolOptions): Dispatcher {
  const { connectTimeoutMilliseconds, ...pool } = options;
  const shared = {
    ...pool,
    proxyTunnel: false,
    factory: (origin: string | URL, own: object) => new Pool(origin, { ...pool, ...own }),
    clientFactory: (origin: URL, own: object) => new TunnelPool(origin, own, connectTimeoutMilliseconds),
  };
  if (typeof proxy !== 'string') {
    // Empty texts, so that the agent does not look into the process's own environment.
    const { http, https, except } = proxy;
    return new EnvHttpProxyAgent({ ...shared, httpProxy: http ?? '', httpsProxy: https ?? '', noProxy: except });
  }
  return new ProxyAgent({ ...shared, uri: proxy, ...credentials(proxy) });
}

/** The agent reads a user and a password from the URL itself, but not a user alone. */
function credentials(proxy: string): { token?: string } {
  const { username, password } = new URL(proxy);
  if (username === '' || password !== '') return {};
  return { token: `Basic ${Buffer.from(`${decodeURIComponent(username)}:`).toString('base64')}` };
}

/** Asks a proxy for tunnels. Says in our words what it answers, and does not wait for ever. */
class TunnelPool extends Pool {
  constructor(origin: URL, options: Pool.Options, timeoutMilliseconds: number) {
    super(origin, { ...options, headersTimeout: timeoutMilliseconds });
  }

  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    let answer: Dispatcher.ConnectData;
    try {
      answer = await super.connect(options);
    } catch (error) {
      // The agent would try again at once, and again, after what undici calls an error of the socket.
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
