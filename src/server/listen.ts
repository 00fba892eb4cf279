import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Load balancers keep idle connections, most of them for 60 seconds, and report a failure if the server closes one
 * during a request. So ours last longer. Node also closes a connection without complete request headers within
 * `headersTimeout`, and that clock runs while a balancer holds the connection idle. A body has ten seconds more.
 */
export function keepConnections(server: Server, milliseconds: number): void {
  server.keepAliveTimeout = milliseconds;
  server.headersTimeout = Math.max(60_000, milliseconds + 5_000);
  server.requestTimeout = server.headersTimeout + 10_000;
}

export async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  // Rejects with the server's error.
  await once(server, 'listening');
}

export function urlOf(server: Server, host: string): string {
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
