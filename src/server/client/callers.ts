import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import type { ClientLimits } from '../../config/service-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Most callers that are remembered. The least recently seen are forgotten first. */
const MOST_CALLERS = 20_000;

const SECONDS_AT_ONCE = 5;

interface Caller {
  bucket: TokenBucket;
  /** The rate of the bucket. */
  perSecond: number;
  underWay: number;
}

/** Why a caller may not start another request now. */
export interface Refusal {
  readonly message: string;
  readonly retryAfterSeconds: number;
}

/** Counts each caller's running operations and limits its rate of requests. The limits may change. */
export class Callers {
  readonly #limits: ClientLimits;
  readonly #callers = new LRUCache<string, Caller>(atMost(MOST_CALLERS));

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  /** Begins a request or an operation. Returns a function that ends it, or a refusal. */
  begin(address: string | null, now = performance.now()): (() => void) | Refusal {
    // The local machine, or a local proxy missing in `trustProxy`, may stand for many callers, so it is not limited.
    if (address === null || isLoopback(address)) return () => undefined;
    const caller = this.#of(address, now);
    if (caller.underWay >= this.#limits.operations) {
      const message = `At most ${this.#limits.operations} requests of one caller may be under way.`;
      return { message, retryAfterSeconds: 1 };
    }
    const wait = caller.bucket.take(1, now);
    if (wait > 0) {
      const message = `At most ${this.#limits.requestsPerSecond} requests per second are answered to one caller.`;
      return { message, retryAfterSeconds: Math.ceil(wait) };
    }
    caller.underWay += 1;
    let isOver = false;
    return () => {
      if (!isOver) caller.underWay -= 1;
      isOver = true;
    };
  }

  #of(address: string, now: number): Caller {
    const key = networkOf(address);
    const perSecond = this.#limits.requestsPerSecond;
    const known = this.#callers.get(key);
    if (known?.perSecond === perSecond) return known;
    const bucket = new TokenBucket(perSecond, SECONDS_AT_ONCE, now);
    if (known !== undefined) return Object.assign(known, { bucket, perSecond });
    const caller = { bucket, perSecond, underWay: 0 };
    this.#callers.set(key, caller);
    return caller;
  }
}

/**
 * The name under which a caller is counted: its authenticated name, or its network. Null: the address is local or
 * unknown.
 */
export function nameOfCaller(proved: string | null, address: string | null): string | null {
  if (proved !== null) return `caller ${proved}`;
  return address === null || isLoopback(address) ? null : networkOf(address);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** The address itself, or the first 64 bits of an IPv6 address: one client usually has that whole network. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail !== undefined) {
    const behind = tail.split(':').filter((group) => group !== '').length;
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - behind) }, () => '0'));
  }
  return groups.slice(0, 4).join(':');
}
