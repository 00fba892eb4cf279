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

/** Shares connections among callers: one alone gets half of them, and each further one half of what is left. */
export class ConnectionShares {
  readonly #most: () => number;
  readonly #open = new Map<string, number>();
  #total = 0;

  /** `most` is asked at each use: it may change. */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Counts a connection. Returns a function to call when it is closed; null: its caller already has its share. `caller` null: anybody. */
  enter(caller: string | null): (() => void) | null {
    const own = caller === null ? 0 : (this.#open.get(caller) ?? 0);
    if (caller !== null && own >= this.#most() - this.#total) return null;
    this.#total += 1;
    if (caller !== null) this.#open.set(caller, own + 1);
    return () => {
      this.#total -= 1;
      if (caller === null) return;
      const left = (this.#open.get(caller) ?? 1) - 1;
      if (left > 0) this.#open.set(caller, left);
      else this.#open.delete(caller);
    };
  }
}

/**
 * Closes a connection of a caller that already has its share. The loopback address and trusted proxies may have all connections; what
 * is behind a proxy is counted by its WebSockets and operations.
 */
export function shareConnections(server: Pick<Server, 'on'>, { most, isProxy }: ConnectionBounds): void {
  const shares = new ConnectionShares(most);
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    const leave = shares.enter(address === null || isProxy(address) ? null : nameOfCaller(null, address));
    if (leave === null) socket.destroy();
    else socket.once('close', leave);
  });
}

/** Closes each connection over the bound. `Server.maxConnections` does so, but not in a worker: see `ServerOptions.isWorker`. */
export function boundConnections(server: Pick<Server, 'on'>, most: () => number): void {
  let total = 0;
  server.on('connection', (socket: Socket) => {
    if (total >= most()) {
      socket.destroy();
      return;
    }
    total += 1;
    socket.once('close', () => {
      total -= 1;
    });
  });
}
