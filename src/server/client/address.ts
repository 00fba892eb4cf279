import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Most hops that are read: more proxies than any request passes. */
const MOST_HOPS = 32;

/** The proxies whose `X-Forwarded-For` is trusted. */
export type TrustedProxies = BlockList;

/** Builds the list from addresses and networks that `isNetwork` has accepted. */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * The client's address. Each trusted proxy appends the address that called it. Everything to the left of the first
 * untrusted address may be forged. Null: the connection is closed.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: TrustedProxies,
): string | null {
  let address = addressOf(socket);
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined) return address;
  const text = typeof forwarded === 'string' ? forwarded : forwarded.join(',');
  for (const hop of text.split(',').slice(-MOST_HOPS).reverse()) {
    if (address === null || !isTrusted(address, trusted)) return address;
    const before = plainAddress(hop);
    if (before === null) return address;
    address = before;
  }
  return address;
}

export function isTrusted(address: string, trusted: TrustedProxies): boolean {
  return trusted.check(address, familyOf(address));
}

/** Addresses of open connections. */
const addresses = new WeakMap<object, string | null>();

/** The address at the other end of a connection. Null: it is closed. */
export function addressOf(socket: Pick<IncomingMessage, 'socket'>['socket']): string | null {
  const { remoteAddress } = socket;
  // A closed connection has none.
  if (remoteAddress === undefined) return null;
  const known = addresses.get(socket);
  if (known !== undefined) return known;
  const address = plainAddress(remoteAddress);
  addresses.set(socket, address);
  return address;
}

/**
 * The address without a port and without the `::ffff:` prefix of IPv4 on an IPv6 socket. Null if it is not an address.
 */
function plainAddress(text: string): string | null {
  const trimmed = text.trim().replace(/^"(.*)"$/, '$1');
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? null : address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
