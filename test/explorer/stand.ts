import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { buildExplorer } from '../../explorer/build.ts';
import { start } from '../cli/command-line.ts';

/** The sizes that every feature is tried at. */
export const SIZES = {
  desktop: { viewport: { width: 1400, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

export interface Explorer {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The service as `npm start` runs it, on the sandbox with its growing jobs, with the page built from the sources. */
export async function startExplorer(): Promise<Explorer> {
  await buildExplorer();
  const command = start(['serve', '--port', '0']);
  const ready = (await command.firstOutput()).slice('ready at '.length).trim();
  return {
    url: new URL('/', ready).origin,
    async stop() {
      command.stop();
      await command.done;
    },
  };
}

/** What must not happen on any page: errors, and requests to another host. */
export interface Watched {
  readonly problems: string[];
}

export function watch(page: Page, origin: string): Watched {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('request', (sent) => {
    const url = new URL(sent.url());
    if (url.protocol !== 'data:' && url.origin !== origin) problems.push(`request to ${url.host}`);
  });
  return { problems };
}

/** A reverse proxy that serves what is at `target` under `/ops/logs/`, and WebSockets too. */
export async function proxyUnderPath(target: string): Promise<Explorer> {
  const { hostname, port } = new URL(target);
  const prefix = '/ops/logs/';
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    if (!url.startsWith(prefix)) {
      outgoing.writeHead(404).end();
      return;
    }
    const path = `/${url.slice(prefix.length)}`;
    const upstream = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  server.on('upgrade', ({ method, headers, url = '/' }, socket) => {
    const upstream = request({ hostname, port, method, path: `/${url.slice(prefix.length)}`, headers });
    upstream.on('upgrade', (answer, other, head) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
      socket.write(head);
      other.on('error', () => socket.destroy());
      socket.on('error', () => other.destroy());
      other.pipe(socket).pipe(other);
    });
    upstream.on('error', () => socket.destroy());
    upstream.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}${prefix}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
