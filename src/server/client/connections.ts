import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressOf } from './address.ts';
import { nameOfCaller } from './callers.ts';

interface ConnectionBounds {
  /** Most connections of all callers. Asked at each use: it may change. */
  readonly most: () => number;
  /** True for the address of a proxy, whose connections are those of many callers. */
  readonly isProxy: (address: string) => boolean;
}

/**
 * Closes a connection of a caller that already has as many as are left for the others: one alone gets half of them. The
 * loopback address and trusted proxies may have all.
 */
export function shareConnections(server: Pick<Server, 'on'>, { most, isProxy }: ConnectionBounds): void {
  const open = new Map<string, number>();
  let total = 0;
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    const caller = address === null || isProxy(address) ? null : nameOfCaller(null, address);
    const own = caller === null ? 0 : (open.get(caller) ?? 0);
    if (caller !== null && own >= most() - total) {
      socket.destroy();
      return;
    }
    total += 1;
    if (caller !== null) open.set(caller, own + 1);
    socket.once('close', () => {
      total -= 1;
      if (caller === null) return;
      const left = (open.get(caller) ?? 1) - 1;
      if (left > 0) open.set(caller, left);
      else open.delete(caller);
    });
  });
}
