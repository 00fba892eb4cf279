import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** More proxies than any request passes. */
const MOST_HOPS = 32;

/** The proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = BlockList;

/** Addresses and networks that `isNetwork` has seen. */
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
 * Where a request comes from. Each trusted proxy adds, on the right, the address that it was asked from; what
 * stands before the first address that is not trusted may be made up. Null: the connection is gone.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: TrustedProxies,
): string | null {
  let address = plainAddress(socket.remoteAddress ?? '');
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined) return address;
  const text = typeof forwarded === 'string' ? forwarded : forwarded.join(',');
  for (const hop of text.split(',').slice(-MOST_HOPS).reverse()) {
    if (address === null || !trusted.check(address, familyOf(address))) return address;
    const before = plainAddress(hop);
    if (before === null) return address;
    address = before;
  }
  return address;
}

/** Without a port, and without the form that an IPv4 address has on an IPv6 socket. Null for what is no address. */
function plainAddress(text: string): string | null {
  const trimmed = text.trim().replace(/^"(.*)"$/, '$1');
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? null : address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
