import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { ClientLimits } from '../../config/service-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Callers that are remembered. Those that have not been here for longest are forgotten first. */
const MOST_CALLERS = 20_000;

const SECONDS_AT_ONCE = 5;

interface Caller {
  bucket: TokenBucket;
  /** That of the bucket. */
  perSecond: number;
  underWay: number;
}

/** Why a caller may not begin something now. */
export interface Refusal {
  readonly message: string;
  readonly retryAfterSeconds: number;
}

/** What each caller has under way, and how fast it asks. The limits may change. */
export class Callers {
  readonly #limits: ClientLimits;
  readonly #callers = new LRUCache<string, Caller>({ max: MOST_CALLERS });

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  /** Begins a request or an operation. Returns what ends it, or why it may not begin. */
  begin(address: string | null, now = performance.now()): (() => void) | Refusal {
    // The machine itself, or a proxy on it that is not in `trustProxy`: not one caller, so it is not counted.
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

/** The name of a caller, by which it is counted: that which it has proved, or its address. Null: it has none of its own. */
export function nameOfCaller(proved: string | null, address: string | null): string | null {
  if (proved !== null) return `caller ${proved}`;
  return address === null || isLoopback(address) ? null : networkOf(address);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Anybody with IPv6 has the addresses of a whole network: its first 64 bits. */
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
