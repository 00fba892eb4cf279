import { Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { EnvironmentProxies } from '../settings.ts';

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
export function createProxied(proxy: string, options: ProxiedPoolOptions): Dispatcher {
  const { connectTimeoutMilliseconds, ...pool } = options;
  return new ProxyAgent({
    ...pool,
    proxyTunnel: false,
    factory: (origin: string | URL, own: object) => new Pool(origin, { ...pool, ...own }),
    clientFactory: (origin: URL, own: object) => new TunnelPool(origin, own, connectTimeoutMilliseconds),
    uri: proxy,
    ...credentials(proxy),
  });
}

/** The proxy of the environment that leads to this origin. Null: it is reached directly. */
export function proxyOfEnvironment(origin: string, { http, https, except }: EnvironmentProxies): string | null {
  const { hostname, port, protocol } = new URL(origin);
  const isOwnMachine = hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
  if (isOwnMachine || isExcepted(hostname, port === '' ? USUAL_PORTS[protocol] : port, except)) return null;
  return protocol === 'https:' ? (https ?? http) : http;
}

const USUAL_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** True if NO_PROXY names the host, a domain above it, or every host. */
function isExcepted(hostname: string, port: string | undefined, except: string): boolean {
  return except.split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = entry, itsPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const domain = name.replace(/^\*?\./, '').toLowerCase();
    if (domain === '' || (itsPort !== undefined && itsPort !== port)) return false;
    return hostname === domain || hostname.endsWith(`.${domain}`);
  });
}

/** The agent reads a user with a password from the URL, but ignores a user without a password. */
function credentials(proxy: string): { token?: string } {
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
